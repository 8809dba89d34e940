import * as pulumi from "@pulumi/pulumi";
import * as connect from "pulumi-amazon-connect-users";

const config = new pulumi.Config();
const password = config.requireSecret("firstPassword");

// Look names up; the preview fails if the instance does not have one.
const instance = connect.getInstanceOutput({ instance: config.require("instance") });
const instanceId = instance.id;
const routingProfile = (name: string) => connect.getRoutingProfileOutput({ instanceId, name }).id;
const securityProfile = (name: string) => connect.getSecurityProfileOutput({ instanceId, name }).id;
const hierarchyGroup = (path: string) => connect.getHierarchyGroupOutput({ instanceId, path }).id;

const ada = new connect.User("ada", {
    // With the ARN, the user's own ARN stays known in previews of later changes.
    instanceId: instance.arn,
    username: "ada.lovelace",
    password,
    identityInfo: { firstName: "Ada", lastName: "Lovelace", email: "ada@example.com" },
    routingProfileId: routingProfile("Support"),
    securityProfileIds: [securityProfile("Agent")],
    hierarchyGroupId: hierarchyGroup("EMEA/UK/London"),
    // Seconds of after-contact work, by channel.
    afterContactWorkConfigs: [
        { channel: "VOICE", afterContactWorkConfig: { afterContactWorkTimeLimit: 30 } },
        { channel: "CHAT", afterContactWorkConfig: { afterContactWorkTimeLimit: 120 } },
    ],
    userProficiencies: [{ attributeName: "lang", attributeValue: "en", level: 5 }],
    tags: { team: "support" },
});

const grace = new connect.User("grace", {
    instanceId: instance.arn,
    username: "grace.hopper",
    password,
    identityInfo: { firstName: "Grace", lastName: "Hopper", email: "grace@example.com" },
    phoneConfig: { phoneType: "DESK_PHONE", deskPhoneNumber: "+12025550123", afterContactWorkTimeLimit: 60 },
    routingProfileId: routingProfile("Sales"),
    securityProfileIds: [securityProfile("Agent"), securityProfile("CallCenterManager")],
});

// A file of people: a new row is a joiner, a changed cell a mover, a missing row a leaver.
const roster = new connect.UserRoster("team", {
    instance: config.require("instance"),
    roster: "team.csv",
    passwords: { "alan.turing": password, "barbara.liskov": password, "edsger.dijkstra": password },
    maxDeletions: "20%",
    minHolders: { CallCenterManager: 1 },
});

export const users = { ada: ada.arn, grace: grace.arn };
export const team = roster.usernames;
