using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace Appliance.Proxy.Names;

/// <summary>
/// What the machine's files say about names: /etc/resolv.conf (`nameserver`, `options timeout: attempts:`) and /etc/hosts. Parsing is pure and
/// passes over what it does not understand, as the C library does. Search domains are not used: a name in the configuration is absolute,
/// whatever its number of dots, so that it means the same on both nodes.
/// </summary>
internal static class ResolverFiles
{
    private const int ServersLimit = 3;
    private const int FileLimit = 1024 * 1024;
    private const int DnsPort = 53;

    /// <summary>Reads resolv.conf; defaults for what it does not say, or if it cannot be read.</summary>
    internal static ResolverConfig LoadConfig(string path) => ParseConfig(ReadLines(path));

    /// <summary>The addresses that the hosts file gives a name; empty if none, or if it cannot be read.</summary>
    internal static ImmutableArray<IPAddress> LoadHosts(string path, string name) => ParseHosts(ReadLines(path), name);

    /// <summary>Parses the lines of resolv.conf.</summary>
    internal static ResolverConfig ParseConfig(IEnumerable<string> lines)
    {
        var servers = new List<IPEndPoint>();
        int seconds = 2, attempts = 2;
        foreach (string[] words in lines.Select(Words).Where(words => words.Length > 1))
        {
            if (words[0] == "nameserver" && servers.Count < ServersLimit && IPAddress.TryParse(words[1], out IPAddress? address))
            {
                servers.Add(new IPEndPoint(address, DnsPort));
            }

            if (words[0] != "options") continue;
            foreach (string option in words.Skip(1))
            {
                if (Number(option, "timeout:") is { } timeout) seconds = Math.Clamp(timeout, 1, 30);
                if (Number(option, "attempts:") is { } tries) attempts = Math.Clamp(tries, 1, 5);
            }
        }

        if (servers.Count == 0) servers.Add(new IPEndPoint(IPAddress.Loopback, DnsPort));
        return new ResolverConfig([.. servers], TimeSpan.FromSeconds(seconds), attempts);
    }

    /// <summary>Parses the lines of a hosts file.</summary>
    internal static ImmutableArray<IPAddress> ParseHosts(IEnumerable<string> lines, string name)
    {
        string wanted = name.TrimEnd('.');
        return
        [
            .. lines.Select(Words)
                .Where(words => words.Skip(1).Contains(wanted, StringComparer.OrdinalIgnoreCase))
                .Select(words => IPAddress.TryParse(words[0], out IPAddress? address) ? address : null)
                .OfType<IPAddress>()
                .Distinct()
                .Take(DnsMessage.MaxAddresses),
        ];
    }

    private static string[] Words(string line)
    {
        int comment = line.AsSpan().IndexOfAny('#', ';');
        return (comment < 0 ? line : line[..comment]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }

    private static int? Number(string option, string name) =>
        option.StartsWith(name, StringComparison.Ordinal)
        && int.TryParse(option.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static string[] ReadLines(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Exists && file.Length <= FileLimit ? File.ReadAllLines(path) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // As good as not there; what follows from that is logged by whoever needed it.
            return [];
        }
    }
}
