namespace Appliance.Configuration;

/// <summary>Checks what one key alone cannot tell: references, uniqueness, keys that go together. Every mistake is noted, not only the first.</summary>
internal static class ConfigValidator
{
    /// <summary>Checks a file whose keys were read; values with a mistake of their own are left alone.</summary>
    public static void Check(ApplianceConfig config, ConfigErrors errors)
    {
        if (config.Ha is { } ha) HaValidator.Check(config, ha, errors);
        ListenerValidator.Check(config, errors);
        RouteValidator.Check(config, errors);
        UpstreamValidator.Check(config, errors);
        BindingValidator.Check(config, errors);
    }
}
