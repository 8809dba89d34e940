// Two users of an Amazon Connect instance, and a team from a file, with names instead of ids.
package main

import (
	connect "example.com/pulumi-connect-users/sdk/go/connectusers"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		password := settings.RequireSecret("firstPassword")

		// Look names up; the preview fails if the instance does not have one.
		instance := connect.GetInstanceOutput(ctx, connect.GetInstanceOutputArgs{
			Instance: pulumi.String(settings.Require("instance")),
		})
		routingProfile := func(name string) pulumi.StringOutput {
			return connect.GetRoutingProfileOutput(ctx, connect.GetRoutingProfileOutputArgs{
				InstanceId: instance.Id(),
				Name:       pulumi.String(name),
			}).Id()
		}
		securityProfile := func(name string) pulumi.StringOutput {
			return connect.GetSecurityProfileOutput(ctx, connect.GetSecurityProfileOutputArgs{
				InstanceId: instance.Id(),
				Name:       pulumi.String(name),
			}).Id()
		}
		hierarchyGroup := func(path string) pulumi.StringOutput {
			return connect.GetHierarchyGroupOutput(ctx, connect.GetHierarchyGroupOutputArgs{
				InstanceId: instance.Id(),
				Path:       pulumi.String(path),
			}).Id()
		}

		ada, err := connect.NewUser(ctx, "ada", &connect.UserArgs{
			// With the ARN, the user's own ARN stays known in previews of later changes.
			InstanceId: instance.Arn(),
			Username:   pulumi.String("ada.lovelace"),
			Password:   password,
			IdentityInfo: &connect.IdentityInfoArgs{
				FirstName: pulumi.String("Ada"),
				LastName:  pulumi.String("Lovelace"),
				Email:     pulumi.String("ada@example.com"),
			},
			RoutingProfileId:   routingProfile("Support"),
			SecurityProfileIds: pulumi.StringArray{securityProfile("Agent")},
			HierarchyGroupId:   hierarchyGroup("EMEA/UK/London"),
			// Seconds of after-contact work, by channel.
			AfterContactWorkConfigs: connect.AfterContactWorkConfigPerChannelArray{
				connect.AfterContactWorkConfigPerChannelArgs{
					Channel: connect.ChannelVoice,
					AfterContactWorkConfig: connect.AfterContactWorkConfigArgs{
						AfterContactWorkTimeLimit: pulumi.Int(30),
					},
				},
				connect.AfterContactWorkConfigPerChannelArgs{
					Channel: connect.ChannelChat,
					AfterContactWorkConfig: connect.AfterContactWorkConfigArgs{
						AfterContactWorkTimeLimit: pulumi.Int(120),
					},
				},
			},
			UserProficiencies: connect.UserProficiencyArray{
				connect.UserProficiencyArgs{
					AttributeName:  pulumi.String("lang"),
					AttributeValue: pulumi.String("en"),
					Level:          pulumi.Int(5),
				},
			},
			Tags: pulumi.StringMap{"team": pulumi.String("support")},
		})
		if err != nil {
			return err
		}

		grace, err := connect.NewUser(ctx, "grace", &connect.UserArgs{
			InstanceId: instance.Arn(),
			Username:   pulumi.String("grace.hopper"),
			Password:   password,
			IdentityInfo: &connect.IdentityInfoArgs{
				FirstName: pulumi.String("Grace"),
				LastName:  pulumi.String("Hopper"),
				Email:     pulumi.String("grace@example.com"),
			},
			PhoneConfig: &connect.PhoneConfigArgs{
				PhoneType:                 connect.PhoneTypeDeskPhone,
				DeskPhoneNumber:           pulumi.String("+12025550123"),
				AfterContactWorkTimeLimit: pulumi.Int(60),
			},
			RoutingProfileId:   routingProfile("Sales"),
			SecurityProfileIds: pulumi.StringArray{securityProfile("Agent"), securityProfile("CallCenterManager")},
		})
		if err != nil {
			return err
		}

		// A file of people: a new row is a joiner, a changed cell a mover, a missing row a leaver.
		team, err := connect.NewUserRoster(ctx, "team", &connect.UserRosterArgs{
			Instance: pulumi.String(settings.Require("instance")),
			Roster:   pulumi.StringRef("team.csv"),
			Passwords: pulumi.StringMap{
				"alan.turing":     password,
				"barbara.liskov":  password,
				"edsger.dijkstra": password,
			},
			MaxDeletions: pulumi.String("20%"),
			MinHolders:   pulumi.IntMap{"CallCenterManager": pulumi.Int(1)},
		})
		if err != nil {
			return err
		}

		ctx.Export("users", pulumi.StringMap{"ada": ada.Arn, "grace": grace.Arn})
		ctx.Export("team", team.Usernames)
		return nil
	})
}
