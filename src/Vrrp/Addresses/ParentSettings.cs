using System.Globalization;

namespace Appliance.Vrrp.Addresses;

/// <summary>
/// What the interface below a virtual MAC must be told, so that it neither answers ARP for the addresses on that MAC nor names them in
/// questions of its own: arp_ignore 1, arp_announce 2. The former values are kept as text in the alias of the virtual MAC's link: there
/// whoever removes that link finds them, also after a crash.
/// </summary>
internal static class ParentSettings
{
    private const string Mark = "appliance";
    private static readonly (string Name, int Ours)[] Wanted = [("arp_ignore", 1), ("arp_announce", 2)];

    /// <summary>What would have to be changed, with the values of now. Settings that already do as much are left alone.</summary>
    public static string Describe(string parent)
    {
        string text = Mark;
        foreach ((string name, int ours) in Wanted)
        {
            if (new KernelSetting("ipv4", parent, name).Read() is { } now && now < ours) text += $" {name}={now}";
        }

        return text;
    }

    /// <exception cref="HaStartException">A setting cannot be changed.</exception>
    public static void Apply(string parent, string description)
    {
        foreach ((string name, int ours) in Wanted)
        {
            if (Former(description, name) is not null) new KernelSetting("ipv4", parent, name).Write(ours);
        }
    }

    /// <summary>Puts the former values back, except where somebody has changed them since.</summary>
    /// <exception cref="HaStartException">A setting cannot be changed.</exception>
    public static void PutBack(string parent, string description)
    {
        foreach ((string name, int ours) in Wanted)
        {
            var setting = new KernelSetting("ipv4", parent, name);
            if (Former(description, name) is { } former && setting.Read() == ours) setting.Write(former);
        }
    }

    private static int? Former(string description, string name)
    {
        string[] words = description.Split(' ');
        if (words[0] != Mark) return null;
        foreach (string word in words)
        {
            if (word.StartsWith(name + "=", StringComparison.Ordinal) && int.TryParse(word.AsSpan(name.Length + 1), CultureInfo.InvariantCulture, out int value)) return value;
        }

        return null;
    }
}
