"""Everything that can be configured: a module for each part, `Settings` for the whole, `load` to read it."""

from callcenter.settings.centre import (
    AgentSettings,
    BrowserPhoneSettings,
    FeatureCodes,
    PauseReason,
    PbxSettings,
    PhoneSettings,
    QueueSettings,
    ServiceLevelVariant,
    SurveySettings,
)
from callcenter.settings.customers import CrmSettings, CustomerAttribute, CustomerLevel, CustomerSettings, PopSettings
from callcenter.settings.delivery import MailSettings, WebhookSettings
from callcenter.settings.dialer import DialerSettings, TrunkSettings
from callcenter.settings.doors import AccountSettings, HttpSettings, OidcSettings, PrivacySettings, is_safe_address
from callcenter.settings.loading import load
from callcenter.settings.patterns import PatternSettings
from callcenter.settings.recordings import BucketSettings, QualitySettings, RecordingSettings
from callcenter.settings.shifts import ShiftReasons
from callcenter.settings.tickets import TicketSettings, TicketType
from callcenter.settings.whole import Settings

__all__ = [
    "AccountSettings",
    "AgentSettings",
    "BrowserPhoneSettings",
    "BucketSettings",
    "CrmSettings",
    "CustomerAttribute",
    "CustomerLevel",
    "CustomerSettings",
    "DialerSettings",
    "FeatureCodes",
    "HttpSettings",
    "MailSettings",
    "OidcSettings",
    "PatternSettings",
    "PauseReason",
    "PbxSettings",
    "PhoneSettings",
    "PopSettings",
    "PrivacySettings",
    "QualitySettings",
    "QueueSettings",
    "RecordingSettings",
    "ServiceLevelVariant",
    "Settings",
    "ShiftReasons",
    "SurveySettings",
    "TicketSettings",
    "TicketType",
    "TrunkSettings",
    "WebhookSettings",
    "is_safe_address",
    "load",
]
