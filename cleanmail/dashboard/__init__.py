"""The admin's overview: mail, second factors and domains on one page."""
