BEGIN TRANSACTION;
CREATE TABLE gone_users (
    seq INTEGER PRIMARY KEY,
    instance_id TEXT NOT NULL,
    id TEXT NOT NULL,
    username TEXT NOT NULL,
    created_at REAL NOT NULL,
    gone_at REAL NOT NULL,
    doc TEXT NOT NULL
);
INSERT INTO "gone_users" VALUES(2,'00000000-0000-4000-8000-000000000001','20ba263f-0add-4291-a491-73a58f4d1757','bob',1750000020.0,1750000030.0,'{"Username": "bob", "IdentityInfo": {"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@example.com"}, "DirectoryUserId": "46dc7611-c1d7-4fb1-ba30-2ee8f16eef1b", "RoutingProfileId": "30000000-0000-4000-8000-000000000001", "SecurityProfileIds": ["40000000-0000-4000-8000-000000000002"], "HierarchyGroupId": null, "Tags": {}, "Proficiencies": [], "LastModifiedTime": 1750000020.0, "Settings": {}, "Origin": {}}');
CREATE TABLE instances (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    alias TEXT UNIQUE,
    client_token TEXT,
    doc TEXT NOT NULL
);
INSERT INTO "instances" VALUES(1,'00000000-0000-4000-8000-000000000001','123456789012','us-east-1','emulator',NULL,'{"IdentityManagementType": "CONNECT_MANAGED", "InstanceAlias": "emulator", "CreatedTime": 1750000000.0, "InstanceStatus": "ACTIVE", "InboundCallsEnabled": true, "OutboundCallsEnabled": true, "Tags": {}, "HierarchyStructure": {"LevelOne": {"Id": "50000000-0000-4000-8000-000000000001", "Name": "Region", "LastModifiedTime": 1750000000.0}, "LevelTwo": {"Id": "50000000-0000-4000-8000-000000000002", "Name": "Country", "LastModifiedTime": 1750000000.0}, "LevelThree": {"Id": "50000000-0000-4000-8000-000000000003", "Name": "Site", "LastModifiedTime": 1750000000.0}}}');
CREATE TABLE resources (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    instance_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    unique_name TEXT NOT NULL,
    doc TEXT NOT NULL,
    UNIQUE (instance_id, kind, id),
    UNIQUE (instance_id, kind, unique_name)
);
INSERT INTO "resources" VALUES(1,'00000000-0000-4000-8000-000000000001','operating-hours','10000000-0000-4000-8000-000000000001','Basic Hours','{"Tags": {}, "Name": "Basic Hours", "Description": "Basic Hours", "TimeZone": "UTC", "Config": [{"Day": "MONDAY", "StartTime": {"Hours": 0, "Minutes": 0}, "EndTime": {"Hours": 23, "Minutes": 59}}, {"Day": "TUESDAY", "StartTime": {"Hours": 0, "Minutes": 0}, "EndTime": {"Hours": 23, "Minutes": 59}}, {"Day": "WEDNESDAY", "StartTime": {"Hours": 0, "Minutes": 0}, "EndTime": {"Hours": 23, "Minutes": 59}}, {"Day": "THURSDAY", "StartTime": {"Hours": 0, "Minutes": 0}, "EndTime": {"Hours": 23, "Minutes": 59}}, {"Day": "FRIDAY", "StartTime": {"Hours": 0, "Minutes": 0}, "EndTime": {"Hours": 23, "Minutes": 59}}, {"Day": "SATURDAY", "StartTime": {"Hours": 0, "Minutes": 0}, "EndTime": {"Hours": 23, "Minutes": 59}}, {"Day": "SUNDAY", "StartTime": {"Hours": 0, "Minutes": 0}, "EndTime": {"Hours": 23, "Minutes": 59}}], "LastModifiedTime": 1750000000.0}');
INSERT INTO "resources" VALUES(2,'00000000-0000-4000-8000-000000000001','queue','20000000-0000-4000-8000-000000000001','BasicQueue','{"Tags": {}, "Name": "BasicQueue", "Description": "BasicQueue", "HoursOfOperationId": "10000000-0000-4000-8000-000000000001", "Status": "ENABLED", "LastModifiedTime": 1750000000.0}');
INSERT INTO "resources" VALUES(3,'00000000-0000-4000-8000-000000000001','routing-profile','30000000-0000-4000-8000-000000000001','Basic Routing Profile','{"Tags": {}, "Name": "Basic Routing Profile", "Description": "Basic Routing Profile", "MediaConcurrencies": [{"Channel": "VOICE", "Concurrency": 1}, {"Channel": "CHAT", "Concurrency": 2}, {"Channel": "TASK", "Concurrency": 2}, {"Channel": "EMAIL", "Concurrency": 2}], "DefaultOutboundQueueId": "20000000-0000-4000-8000-000000000001", "AssociatedQueueIds": ["20000000-0000-4000-8000-000000000001"], "IsDefault": true, "AgentAvailabilityTimer": "TIME_SINCE_LAST_ACTIVITY", "LastModifiedTime": 1750000000.0}');
INSERT INTO "resources" VALUES(4,'00000000-0000-4000-8000-000000000001','routing-profile','30000000-0000-4000-8000-000000000002','Support','{"Tags": {}, "Name": "Support", "Description": "Support", "MediaConcurrencies": [{"Channel": "VOICE", "Concurrency": 1}, {"Channel": "CHAT", "Concurrency": 2}, {"Channel": "TASK", "Concurrency": 2}, {"Channel": "EMAIL", "Concurrency": 2}], "DefaultOutboundQueueId": "20000000-0000-4000-8000-000000000001", "AssociatedQueueIds": ["20000000-0000-4000-8000-000000000001"], "IsDefault": false, "AgentAvailabilityTimer": "TIME_SINCE_LAST_ACTIVITY", "LastModifiedTime": 1750000000.0}');
INSERT INTO "resources" VALUES(5,'00000000-0000-4000-8000-000000000001','routing-profile','30000000-0000-4000-8000-000000000003','Sales','{"Tags": {}, "Name": "Sales", "Description": "Sales", "MediaConcurrencies": [{"Channel": "VOICE", "Concurrency": 1}, {"Channel": "CHAT", "Concurrency": 2}, {"Channel": "TASK", "Concurrency": 2}, {"Channel": "EMAIL", "Concurrency": 2}], "DefaultOutboundQueueId": "20000000-0000-4000-8000-000000000001", "AssociatedQueueIds": ["20000000-0000-4000-8000-000000000001"], "IsDefault": false, "AgentAvailabilityTimer": "TIME_SINCE_LAST_ACTIVITY", "LastModifiedTime": 1750000000.0}');
INSERT INTO "resources" VALUES(6,'00000000-0000-4000-8000-000000000001','security-profile','40000000-0000-4000-8000-000000000001','Admin','{"Tags": {}, "Name": "Admin", "Description": "Admin", "Permissions": ["BasicAgentAccess", "OutboundCallAccess", "Users.Create", "Users.Delete", "Users.Edit", "Users.EditPermission", "Users.View", "SecurityProfiles.Create", "SecurityProfiles.Delete", "SecurityProfiles.Edit", "SecurityProfiles.View"], "LastModifiedTime": 1750000000.0}');
INSERT INTO "resources" VALUES(7,'00000000-0000-4000-8000-000000000001','security-profile','40000000-0000-4000-8000-000000000002','Agent','{"Tags": {}, "Name": "Agent", "Description": "Agent", "Permissions": ["BasicAgentAccess", "OutboundCallAccess"], "LastModifiedTime": 1750000000.0}');
INSERT INTO "resources" VALUES(8,'00000000-0000-4000-8000-000000000001','security-profile','40000000-0000-4000-8000-000000000003','CallCenterManager','{"Tags": {}, "Name": "CallCenterManager", "Description": "CallCenterManager", "Permissions": ["AccessMetrics", "Users.Edit", "Users.View"], "LastModifiedTime": 1750000000.0}');
INSERT INTO "resources" VALUES(9,'00000000-0000-4000-8000-000000000001','security-profile','40000000-0000-4000-8000-000000000004','QualityAnalyst','{"Tags": {}, "Name": "QualityAnalyst", "Description": "QualityAnalyst", "Permissions": ["AccessMetrics", "ListenCallRecordings"], "LastModifiedTime": 1750000000.0}');
INSERT INTO "resources" VALUES(10,'00000000-0000-4000-8000-000000000001','agent-group','60000000-0000-4000-8000-000000000001','/EMEA','{"Tags": {}, "Name": "EMEA", "ParentGroupId": null, "LevelId": "50000000-0000-4000-8000-000000000001", "LastModifiedTime": 1750000000.0}');
INSERT INTO "resources" VALUES(11,'00000000-0000-4000-8000-000000000001','agent-group','60000000-0000-4000-8000-000000000002','60000000-0000-4000-8000-000000000001/UK','{"Tags": {}, "Name": "UK", "ParentGroupId": "60000000-0000-4000-8000-000000000001", "LevelId": "50000000-0000-4000-8000-000000000002", "LastModifiedTime": 1750000000.0}');
INSERT INTO "resources" VALUES(12,'00000000-0000-4000-8000-000000000001','agent-group','60000000-0000-4000-8000-000000000003','60000000-0000-4000-8000-000000000002/London','{"Tags": {}, "Name": "London", "ParentGroupId": "60000000-0000-4000-8000-000000000002", "LevelId": "50000000-0000-4000-8000-000000000003", "LastModifiedTime": 1750000000.0}');
INSERT INTO "resources" VALUES(13,'00000000-0000-4000-8000-000000000001','agent-group','60000000-0000-4000-8000-000000000004','/AMER','{"Tags": {}, "Name": "AMER", "ParentGroupId": null, "LevelId": "50000000-0000-4000-8000-000000000001", "LastModifiedTime": 1750000000.0}');
INSERT INTO "resources" VALUES(14,'00000000-0000-4000-8000-000000000001','agent-group','60000000-0000-4000-8000-000000000005','60000000-0000-4000-8000-000000000004/US','{"Tags": {}, "Name": "US", "ParentGroupId": "60000000-0000-4000-8000-000000000004", "LevelId": "50000000-0000-4000-8000-000000000002", "LastModifiedTime": 1750000000.0}');
INSERT INTO "resources" VALUES(15,'00000000-0000-4000-8000-000000000001','agent-group','60000000-0000-4000-8000-000000000006','60000000-0000-4000-8000-000000000005/Austin','{"Tags": {}, "Name": "Austin", "ParentGroupId": "60000000-0000-4000-8000-000000000005", "LevelId": "50000000-0000-4000-8000-000000000003", "LastModifiedTime": 1750000000.0}');
INSERT INTO "resources" VALUES(16,'00000000-0000-4000-8000-000000000001','predefined-attribute','lang','lang','{"Tags": {}, "Name": "lang", "Values": {"StringList": ["en", "fr", "de", "es"]}, "Purposes": null, "AttributeConfiguration": {"EnableValueValidationOnAssociation": true, "IsReadOnly": false}, "LastModifiedTime": 1750000000.0}');
INSERT INTO "resources" VALUES(17,'00000000-0000-4000-8000-000000000001','predefined-attribute','product','product','{"Tags": {}, "Name": "product", "Values": {"StringList": ["billing", "cards", "loans"]}, "Purposes": null, "AttributeConfiguration": {"EnableValueValidationOnAssociation": true, "IsReadOnly": false}, "LastModifiedTime": 1750000000.0}');
INSERT INTO "resources" VALUES(18,'00000000-0000-4000-8000-000000000001','transfer-destination','70000000-0000-4000-8000-000000000001','Front desk','{"Tags": {}, "Name": "Front desk", "QuickConnectConfig": {"QuickConnectType": "QUEUE", "QueueConfig": {"QueueId": "20000000-0000-4000-8000-000000000001", "ContactFlowId": "80000000-0000-4000-8000-000000000001"}}, "LastModifiedTime": 1750000000.0}');
INSERT INTO "resources" VALUES(19,'00000000-0000-4000-8000-000000000001','queue','8782e4b6-5030-4547-9f1d-74a9a2d6080a','Night','{"Tags": {"a": "b"}, "Name": "Night", "HoursOfOperationId": "10000000-0000-4000-8000-000000000001", "Status": "ENABLED", "LastModifiedTime": 1750000030.0}');
INSERT INTO "resources" VALUES(20,'00000000-0000-4000-8000-000000000001','security-profile','a05dc2cc-cca7-4028-b283-24e5dbe557da','Night','{"Tags": {}, "Name": "Night", "Description": "Night shift", "Permissions": ["BasicAgentAccess"], "LastModifiedTime": 1750000030.0}');
INSERT INTO "resources" VALUES(21,'00000000-0000-4000-8000-000000000001','agent-group','82d549df-29a7-4d67-88f6-117ad4735430','60000000-0000-4000-8000-000000000002/Leeds','{"Tags": {}, "Name": "Leeds", "ParentGroupId": "60000000-0000-4000-8000-000000000002", "LevelId": "50000000-0000-4000-8000-000000000003", "LastModifiedTime": 1750000030.0}');
INSERT INTO "resources" VALUES(22,'00000000-0000-4000-8000-000000000001','predefined-attribute','site','site','{"Tags": {}, "Name": "site", "Values": {"StringList": ["leeds"]}, "Purposes": null, "AttributeConfiguration": {"EnableValueValidationOnAssociation": true, "IsReadOnly": false}, "LastModifiedTime": 1750000030.0}');
INSERT INTO "resources" VALUES(23,'00000000-0000-4000-8000-000000000001','transfer-destination','f01da778-fcdc-4659-b58b-ea13c8c4dab4','Ada','{"Tags": {}, "Name": "Ada", "QuickConnectConfig": {"QuickConnectType": "USER", "UserConfig": {"UserId": "f3208949-5c65-4a16-9fa9-c670b45d59b8", "ContactFlowId": "f"}}, "LastModifiedTime": 1750000030.0}');
CREATE TABLE secrets (
    arn TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    name TEXT NOT NULL,
    doc TEXT NOT NULL,
    UNIQUE (account, region, name)
);
INSERT INTO "secrets" VALUES('arn:aws:secretsmanager:us-east-1:123456789012:secret:pw-8Xh0Jy','123456789012','us-east-1','pw','{"ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:pw-8Xh0Jy", "Name": "pw", "CreatedDate": 1750000030.0, "Versions": [{"VersionId": "39d8b20e-31ca-467d-b507-a9c8f35d5461", "CreatedDate": 1750000030.0, "SecretString": "Corr3ct-horse"}]}');
CREATE TABLE user_versions (
    user_id TEXT NOT NULL,
    at REAL NOT NULL,
    doc TEXT NOT NULL
);
INSERT INTO "user_versions" VALUES('f3208949-5c65-4a16-9fa9-c670b45d59b8',1750000000.0,'{"Username": "ada", "IdentityInfo": {"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@example.com"}, "DirectoryUserId": "0ed95399-f026-4869-9a02-dc219b05605f", "RoutingProfileId": "30000000-0000-4000-8000-000000000001", "SecurityProfileIds": ["40000000-0000-4000-8000-000000000002"], "HierarchyGroupId": "60000000-0000-4000-8000-000000000002", "Tags": {"team": "red"}, "Proficiencies": [], "LastModifiedTime": 1750000000.0, "Settings": {"AfterContactWorkConfigs": {"VOICE": {"AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}}, "CHAT": {"AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}}, "TASK": {"AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}}, "EMAIL": {"AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}}}, "PhoneNumberConfigs": {"VOICE": {"PhoneType": "DESK_PHONE", "PhoneNumber": "+442079460000"}}, "AutoAcceptConfigs": {"CHAT": {"AutoAccept": true}}}, "Origin": {"PhoneNumberConfigs": "phone", "AfterContactWorkConfigs": "phone", "AutoAcceptConfigs": "lists"}}');
INSERT INTO "user_versions" VALUES('f3208949-5c65-4a16-9fa9-c670b45d59b8',1750000010.0,'{"Username": "ada", "IdentityInfo": {"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@example.com"}, "DirectoryUserId": "0ed95399-f026-4869-9a02-dc219b05605f", "RoutingProfileId": "30000000-0000-4000-8000-000000000001", "SecurityProfileIds": ["40000000-0000-4000-8000-000000000002"], "HierarchyGroupId": "60000000-0000-4000-8000-000000000002", "Tags": {"team": "red"}, "Proficiencies": [["lang", "fr", 3]], "LastModifiedTime": 1750000000.0, "Settings": {"AfterContactWorkConfigs": {"VOICE": {"AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}}, "CHAT": {"AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}}, "TASK": {"AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}}, "EMAIL": {"AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}}}, "PhoneNumberConfigs": {"VOICE": {"PhoneType": "DESK_PHONE", "PhoneNumber": "+442079460000"}}, "AutoAcceptConfigs": {"CHAT": {"AutoAccept": true}}}, "Origin": {"PhoneNumberConfigs": "phone", "AfterContactWorkConfigs": "phone", "AutoAcceptConfigs": "lists"}, "ProficienciesTime": 1750000010.0}');
CREATE TABLE users (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    instance_id TEXT NOT NULL,
    id TEXT NOT NULL,
    username TEXT NOT NULL COLLATE BINARY,
    folded TEXT NOT NULL,
    created_at REAL NOT NULL,
    at REAL NOT NULL,
    doc TEXT NOT NULL,
    UNIQUE (instance_id, username),
    UNIQUE (instance_id, id)
);
INSERT INTO "users" VALUES(1,'00000000-0000-4000-8000-000000000001','f3208949-5c65-4a16-9fa9-c670b45d59b8','ada','ada',1750000000.0,1750000020.0,'{"Username": "ada", "IdentityInfo": {"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@example.com"}, "DirectoryUserId": "0ed95399-f026-4869-9a02-dc219b05605f", "RoutingProfileId": "30000000-0000-4000-8000-000000000003", "SecurityProfileIds": ["40000000-0000-4000-8000-000000000002"], "HierarchyGroupId": "60000000-0000-4000-8000-000000000002", "Tags": {"team": "red"}, "Proficiencies": [["lang", "fr", 3]], "LastModifiedTime": 1750000020.0, "Settings": {"AfterContactWorkConfigs": {"VOICE": {"AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}}, "CHAT": {"AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}}, "TASK": {"AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}}, "EMAIL": {"AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}}}, "PhoneNumberConfigs": {"VOICE": {"PhoneType": "DESK_PHONE", "PhoneNumber": "+442079460000"}}, "AutoAcceptConfigs": {"CHAT": {"AutoAccept": true}}}, "Origin": {"PhoneNumberConfigs": "phone", "AfterContactWorkConfigs": "phone", "AutoAcceptConfigs": "lists"}, "ProficienciesTime": 1750000010.0}');
CREATE INDEX users_folded ON users (instance_id, folded);
CREATE INDEX users_order ON users (instance_id, seq);
CREATE INDEX user_versions_of ON user_versions (user_id, at);
CREATE INDEX gone_users_name ON gone_users (instance_id, username);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('instances',1);
INSERT INTO "sqlite_sequence" VALUES('resources',23);
INSERT INTO "sqlite_sequence" VALUES('users',2);
COMMIT;
PRAGMA user_version = 1;
