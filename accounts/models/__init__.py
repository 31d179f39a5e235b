"""What accounts stores, a file a noun."""

from accounts.models.browsers import KnownBrowser, SignIn, TrustedBrowser
from accounts.models.customers import Customer, Domain, Policy
from accounts.models.devices import (
    SmsCode,
    SmsDevice,
    SmsMessage,
    TotpDevice,
)
from accounts.models.imports import PeopleImport
from accounts.models.invitations import Invitation
from accounts.models.mails import OutgoingMail
from accounts.models.outbound import OutboundAccount, OutboundScanner
from accounts.models.passkeys import PasskeyDevice
from accounts.models.people import Address, AddressGrant, Membership, User
from accounts.models.proposals import AddressProposal
from accounts.models.records import AuditEvent, AuditHead, FactorReminder, Throttle
from accounts.models.recovery_codes import RecoveryCode, RecoverySheet

__all__ = [
    "Address",
    "AddressGrant",
    "AddressProposal",
    "AuditEvent",
    "AuditHead",
    "Customer",
    "Domain",
    "FactorReminder",
    "Invitation",
    "KnownBrowser",
    "Membership",
    "OutboundAccount",
    "OutboundScanner",
    "OutgoingMail",
    "PasskeyDevice",
    "PeopleImport",
    "Policy",
    "RecoveryCode",
    "RecoverySheet",
    "SignIn",
    "SmsCode",
    "SmsDevice",
    "SmsMessage",
    "Throttle",
    "TotpDevice",
    "TrustedBrowser",
    "User",
]
