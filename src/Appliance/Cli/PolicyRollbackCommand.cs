using System.CommandLine;
using System.Globalization;
using Appliance.Policies;

namespace Appliance.Cli;

/// <summary>`policy rollback [N]`: the daemon goes back to an older good bundle.</summary>
internal static class PolicyRollbackCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static Command Build()
    {
        var steps = new Argument<int>("N")
        {
            Description = $"How many bundles back, 1 to {BundleArchive.Capacity}.",
            DefaultValueFactory = _ => 1,
        };
        steps.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > BundleArchive.Capacity) result.AddError($"N must be 1 to {BundleArchive.Capacity}");
        });
        var command = new Command("rollback", "Go back to the previous good bundle; the file stays out until it changes or `appliance reload`.") { steps };
        command.SetAction((result, cancellation) =>
        {
            string target = "/v1/policy/rollback?steps=" + result.GetValue(steps).ToString(CultureInfo.InvariantCulture);
            return ControlCall.PostAsync(target, Limit, result.InvocationConfiguration, cancellation);
        });
        return command;
    }
}
