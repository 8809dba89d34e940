import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as connect from "pulumi-amazon-connect-users";

const config = new pulumi.Config();
const password = config.requireSecret("firstPassword");

const instance = new aws.connect.Instance("centre", {
    instanceAlias: config.require("alias"),
    identityManagementType: "CONNECT_MANAGED",
    inboundCallsEnabled: true,
    outboundCallsEnabled: true,
});
const instanceId = instance.id;
const hours = new aws.connect.HoursOfOperation("office", {
    instanceId,
    name: "Office hours",
    timeZone: "Europe/London",
    configs: ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"].map(day => ({
        day,
        startTime: { hours: 9, minutes: 0 },
        endTime: { hours: 17, minutes: 30 },
    })),
});
const supportQueue = new aws.connect.Queue("support", {
    instanceId,
    name: "Support",
    description: "Customers with a problem",
    hoursOfOperationId: hours.hoursOfOperationId,
});
const support = new aws.connect.RoutingProfile("support", {
    instanceId,
    name: "Support",
    description: "Calls and chats of customers with a problem",
    defaultOutboundQueueId: supportQueue.queueId,
    mediaConcurrencies: [
        { channel: "VOICE", concurrency: 1 },
        { channel: "CHAT", concurrency: 3 },
    ],
});
const agent = new aws.connect.SecurityProfile("agent", {
    instanceId,
    name: "Floor agent",
    permissions: ["BasicAgentAccess", "OutboundCallAccess"],
});
const supervisor = new aws.connect.SecurityProfile("supervisor", {
    instanceId,
    name: "Floor supervisor",
    permissions: ["BasicAgentAccess", "AccessMetrics"],
});
const levels = new aws.connect.UserHierarchyStructure("levels", {
    instanceId,
    hierarchyStructure: { levelOne: { name: "Country" }, levelTwo: { name: "Site" } },
});
const uk = new aws.connect.UserHierarchyGroup("uk", { instanceId, name: "UK" }, { dependsOn: [levels] });
const london = new aws.connect.UserHierarchyGroup("london", {
    instanceId,
    name: "London",
    parentGroupId: uk.hierarchyGroupId,
});

// Use routingProfileId and the like: the id of an aws.connect resource is a composite.
const people = {
    ada: { first: "Ada", last: "Lovelace", profiles: [agent.securityProfileId, supervisor.securityProfileId] },
    grace: { first: "Grace", last: "Hopper", profiles: [agent.securityProfileId] },
    edsger: { first: "Edsger", last: "Dijkstra", profiles: [agent.securityProfileId] },
};
export const users: Record<string, pulumi.Output<string>> = {};
for (const [name, { first, last, profiles }] of Object.entries(people)) {
    users[name] = new connect.User(name, {
        // With the ARN, the user's own ARN stays known in previews of later changes.
        instanceId: instance.arn,
        username: name,
        password,
        identityManagementType: "CONNECT_MANAGED",
        identityInfo: { firstName: first, lastName: last, email: `${name}@example.com` },
        routingProfileId: support.routingProfileId,
        securityProfileIds: profiles,
        hierarchyGroupId: london.hierarchyGroupId,
        autoAcceptConfigs: [{ channel: "VOICE", autoAccept: true }],
        tags: { site: "london" },
    }).arn;
}
