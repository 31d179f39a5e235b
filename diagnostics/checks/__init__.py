"""What can be observed of a network; standard library, Python 3.6 syntax."""
