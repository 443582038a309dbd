using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Appliance.Cli;
using Appliance.Hosting;
using Appliance.Policies;

namespace Appliance.Admin;

/// <summary>An operator's orders about policies, as the control socket receives them. Thread-safe.</summary>
/// <param name="file">Null: no policies are configured.</param>
/// <param name="overrides">Null likewise.</param>
internal sealed class PolicyOrders(PolicyFile? file, OverrideDesk? overrides)
{
    private static readonly OrderResult NoPolicies = new(ExitCode.Failed, "no policies are configured: the config has no `policies` section");

    /// <summary>What an order asks for; null: there is no such order.</summary>
    /// <param name="path">Behind `/v1/policy/`: `rollback`, `override/NAME/on` or `override/NAME/off`.</param>
    /// <param name="query">Percent-encoded `name=value` pairs: `steps`; `reason`, `for`.</param>
    public Func<OrderResult>? Find(ReadOnlySpan<byte> path, ReadOnlySpan<byte> query)
    {
        string[] parts = Encoding.UTF8.GetString(path).Split('/');
        string text = Encoding.UTF8.GetString(query);
        switch (parts)
        {
            case ["rollback"]:
                return () => Rollback(ValueOf(text, "steps"));
            case ["override", var name, "on"]:
                return () => overrides?.Begin(name, ValueOf(text, "reason") ?? "", ValueOf(text, "for") ?? "") ?? NoPolicies;
            case ["override", var name, "off"]:
                return () => overrides?.End(name) ?? NoPolicies;
            default:
                return null;
        }
    }

    /// <summary>The archive as JSON.</summary>
    public OrderResult History()
    {
        if (file is null) return NoPolicies;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            KeptBundles.Write(json, file.ListKept(), file.InForce);
        }

        return new OrderResult(ExitCode.Ok, Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private OrderResult Rollback(string? steps)
    {
        if (file is null) return NoPolicies;
        return int.TryParse(steps ?? "1", NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is > 0 and <= BundleArchive.Capacity
            ? file.Rollback(count)
            : new OrderResult(ExitCode.Invalid, $"a rollback goes 1 to {BundleArchive.Capacity} bundles back");
    }

    private static string? ValueOf(string query, string name)
    {
        foreach (string pair in query.Split('&'))
        {
            if (pair.StartsWith(name, StringComparison.Ordinal) && pair.Length > name.Length && pair[name.Length] == '=')
                return Uri.UnescapeDataString(pair[(name.Length + 1)..]);
        }

        return null;
    }
}
