using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Appliance.Cli;
using Appliance.Configuration;
using Appliance.Hosting;
using Appliance.Limiter;
using Microsoft.Extensions.Logging;

namespace Appliance.Policies;

/// <summary>
/// Takes an operator's overrides, beside those of the bundle (part B section 1.8): all policies into shadow mode, or no kill switch. Each has a
/// reason and an end, at most <see cref="Longest"/> away, and outlives a restart. Thread-safe.
/// </summary>
internal sealed class OverrideDesk(PolicyEngine engine, string file, TimeProvider time, ILogger log)
{
    /// <summary>Longer than this nobody should run without limits for an incident: a bundle can say so.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>As a bundle's reason.</summary>
    private const int MaxReasonLength = 256;

    private readonly Lock _one = new();

    /// <summary>Puts what an earlier run kept in force again, as far as its time has not come.</summary>
    public void LoadAtStart()
    {
        lock (_one)
        {
            try
            {
                RuntimeOverrides kept = OverrideFile.Read(file);
                engine.Overrides = kept;
                if (kept.GlobalShadow is { } shadow) Tell(OverrideName.GlobalShadow, shadow);
                if (kept.KillSwitchOverride is { } lifted) Tell(OverrideName.KillSwitchOverride, lifted);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
            {
                ApplianceLog.OverridesNotRead(log, file, error.Message);
            }
        }

        Look();
    }

    /// <summary>Begins an override, or gives one that holds another reason and end.</summary>
    /// <param name="spelling">One of <see cref="OverrideName.Spellings"/>.</param>
    /// <param name="reason">1 to 256 characters, without control characters.</param>
    /// <param name="duration">As the configuration writes durations, 1s to 24h.</param>
    public OrderResult Begin(string spelling, string reason, string duration)
    {
        if (OverrideName.Of(spelling) is not { } name) return Unknown(spelling);
        reason = reason.Trim();
        if (reason.Length == 0) return Invalid("--reason is needed: it is shown in status and log");
        if (reason.Length > MaxReasonLength || reason.Any(char.IsControl)) return Invalid($"--reason must be one line of at most {MaxReasonLength} characters");
        if (!UnitTable.Milliseconds.TryRead(duration, out long ms)) return Invalid($"--for is needed: {UnitTable.Milliseconds.Example}");
        if (ms < 1000 || ms > Longest.TotalMilliseconds) return Invalid($"--for {duration} is out of range: 1s to {UnitTable.Milliseconds.Format((long)Longest.TotalMilliseconds)}");

        // Whole seconds, as a bundle would say it; never shorter than ordered.
        DateTimeOffset end = DateTimeOffset.FromUnixTimeSeconds((time.GetUtcNow().ToUnixTimeMilliseconds() + ms + 999) / 1000);
        var ordered = new RuntimeOverride(reason, end);
        lock (_one)
        {
            bool kept = Put(name, ordered);
            ApplianceLog.OverrideOn(log, name, Text(end), reason);
            return new OrderResult(ExitCode.Ok, $"{name} is on until {Text(end)}{(kept ? "" : ", or until a restart: the state directory cannot be written")}");
        }
    }

    /// <summary>Ends an override that was ordered. What the bundle asks for stays.</summary>
    public OrderResult End(string spelling)
    {
        if (OverrideName.Of(spelling) is not { } name) return Unknown(spelling);
        lock (_one)
        {
            bool was = Of(engine.Overrides, name) is not null;
            bool kept = Put(name, null);
            if (was) ApplianceLog.OverrideOff(log, name);
            string text = was ? $"{name} is off" : $"{name} was not on by order";
            if (!kept) text += "; the state directory cannot be written: a restart may find it again";
            RuntimeOverride? bundled = Bundled(name);
            if (bundled is not null && IsActive(bundled)) text += $"; the bundle in force asks for it until {Text(bundled.ExpiresAt)}: that stays, change the bundle";
            return new OrderResult(ExitCode.Ok, text);
        }
    }

    /// <summary>Forgets overrides whose time has come, and says so. Called each second; decisions end them by themselves.</summary>
    public void Look()
    {
        lock (_one)
        {
            foreach (string name in (string[])[OverrideName.GlobalShadow, OverrideName.KillSwitchOverride])
            {
                if (Of(engine.Overrides, name) is not { } ordered || IsActive(ordered)) continue;
                Put(name, null);
                ApplianceLog.OverrideOver(log, name, ordered.Reason);
            }
        }
    }

    /// <summary>Every override that holds now, the bundle's among them.</summary>
    public ImmutableArray<ActiveOverride> Active()
    {
        var active = ImmutableArray.CreateBuilder<ActiveOverride>();
        foreach (string name in (string[])[OverrideName.GlobalShadow, OverrideName.KillSwitchOverride])
        {
            if (Of(engine.Overrides, name) is { } ordered && IsActive(ordered)) active.Add(new ActiveOverride(name, "order", ordered.Reason, ordered.ExpiresAt));
            if (Bundled(name) is { } bundled && IsActive(bundled)) active.Add(new ActiveOverride(name, "bundle", bundled.Reason, bundled.ExpiresAt));
        }

        return active.ToImmutable();
    }

    /// <summary>False when it could not be kept for a restart; said in the log.</summary>
    private bool Put(string name, RuntimeOverride? ordered)
    {
        RuntimeOverrides now = engine.Overrides;
        RuntimeOverrides next = name == OverrideName.GlobalShadow ? now with { GlobalShadow = ordered } : now with { KillSwitchOverride = ordered };
        engine.Overrides = next;
        try
        {
            OverrideFile.Write(file, next);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            ApplianceLog.OverridesNotKept(log, file, error.Message);
            return false;
        }
    }

    private void Tell(string name, RuntimeOverride ordered) => ApplianceLog.OverrideOn(log, name, Text(ordered.ExpiresAt), ordered.Reason);

    private bool IsActive(RuntimeOverride given) => given.IsActiveAt(time.GetUtcNow().ToUnixTimeSeconds());

    private RuntimeOverride? Bundled(string name) =>
        name == OverrideName.GlobalShadow ? engine.Current?.GlobalShadow : engine.Current?.KillSwitchOverride;

    private static RuntimeOverride? Of(RuntimeOverrides all, string name) =>
        name == OverrideName.GlobalShadow ? all.GlobalShadow : all.KillSwitchOverride;

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static OrderResult Invalid(string text) => new(ExitCode.Invalid, text);

    private static OrderResult Unknown(string spelling) => Invalid($"'{spelling}' is no override: one of {string.Join(", ", OverrideName.Spellings)}");
}
