namespace Appliance.Configuration;

/// <summary>The rule for what a Host field may say.</summary>
internal static class HostText
{
    /// <summary>Stands for the server's own name and port.</summary>
    public const string Server = "$server";

    /// <summary>True for a name or an address, with or without a port.</summary>
    public static bool IsHost(string text)
    {
        if (AddressText.TryEndPoint(text, out _)) return true;
        int colon = text.LastIndexOf(':');
        return colon < 0 ? HostPattern.IsName(text) : HostPattern.IsName(text[..colon]) && AddressText.TryPort(text.AsSpan(colon + 1), out _);
    }

    /// <summary>The same, or the server's own.</summary>
    public static bool IsHostOrServer(string text) => text == Server || IsHost(text);
}
