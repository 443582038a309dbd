using System.Diagnostics;

namespace Integration.Lab;

/// <summary>
/// One network of namespaces as tests/Lab/pair draws it, taken down on Dispose; if this process dies first, by the script's
/// watcher. Each test has its own.
/// </summary>
internal sealed class Laboratory : IDisposable
{
    public const string VirtualAddress = "192.0.2.100";
    public const string VirtualAddress6 = "2001:db8::100";

    /// <summary>Of the second group, where a test has two.</summary>
    public const string SecondAddress = "192.0.2.101";

    private static int _built;

    private readonly List<LabProcess> _processes = [];

    private Laboratory(string name)
    {
        Name = name;
        Directory = Script("dir", name).Trim();
    }

    public string Name { get; }

    /// <summary>Logs and process ids; removed with the laboratory.</summary>
    public string Directory { get; }

    /// <summary>Namespaces, cables and both upstreams.</summary>
    public static Laboratory Build()
    {
        // A failure, not a skip: a run that tested nothing must not look like a good one.
        if (!Environment.IsPrivilegedProcess)
            throw new InvalidOperationException("this test makes network namespaces and needs root; run ./test integration as root");
        string name = $"it{Environment.ProcessId}-{Interlocked.Increment(ref _built)}";
        Script("up", name, $"{Environment.ProcessId}");
        try
        {
            Script("upstreams", name);
            return new Laboratory(name);
        }
        catch
        {
            Script("down", name);
            throw;
        }
    }

    /// <summary>Starts a program in a namespace and returns at once.</summary>
    public LabProcess Start(string ns, string tag, string[] command, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Repository.PairScript, ["run", Name, ns, tag, .. command]);
        // A killed daemon leaves the sockets of its runtime; the directory goes with the laboratory.
        start.Environment["TMPDIR"] = Directory;
        foreach (var (key, value) in environment ?? new Dictionary<string, string>()) start.Environment[key] = value;
        var child = Process.Start(start)!;
        var process = new LabProcess(child, tag, Path.Combine(Directory, $"{tag}.log"), Name);
        _processes.Add(process);
        string recorded = Path.Combine(Directory, "processes");
        Until.True($"{tag} is recorded", () => process.HasExited || File.ReadAllText(recorded).Contains($"{child.Id} ", StringComparison.Ordinal));
        return process;
    }

    /// <summary>Runs a program in a namespace to its end.</summary>
    public CommandResult Exec(string ns, params string[] command) => Exec(ns, command, new Dictionary<string, string>());

    public CommandResult Exec(string ns, string[] command, IReadOnlyDictionary<string, string> environment) =>
        Command.Run("ip", ["netns", "exec", $"{Name}-{ns}", .. command], environment);

    /// <summary>Takes the carrier away from, or gives it back to, a node's interface (network: lan, ha or up).</summary>
    public void SetLink(string node, string network, bool up) => Script("link", Name, node, network, up ? "up" : "down");

    /// <summary>The switch silently drops what this node sends and receives.</summary>
    public void SetBlocked(string node, string network, bool blocked) => Script("block", Name, node, network, blocked ? "on" : "off");

    /// <summary>The two nodes no longer hear each other on this network; everybody else hears both.</summary>
    public void SetParted(string network, bool parted) => Script("part", Name, network, parted ? "on" : "off");

    /// <summary>An address of either family is on this node's LAN interface, or on one above it.</summary>
    public bool HoldsAddress(string node, string address = VirtualAddress) => Exec(node, "ip", "-oneline", "address", "show")
        .Text.Split('\n').Any(line => line.Contains($" {address}/", StringComparison.Ordinal) && !line.Contains(": lo ", StringComparison.Ordinal));

    /// <summary>What the client gets from the virtual address on port 80; empty: no answer within two seconds.</summary>
    public string Get(string address) =>
        Exec("client", "curl", "-s", "--max-time", "2", address.Contains(':', StringComparison.Ordinal) ? $"http://[{address}]/" : $"http://{address}/").Output;

    /// <summary>The switch's port behind which this MAC address was seen last; empty: none.</summary>
    public string PortOf(string mac)
    {
        string line = Exec("sw", "bridge", "fdb", "show", "br", "br-lan").Text.Split('\n').FirstOrDefault(l => l.StartsWith(mac + " ", StringComparison.Ordinal)) ?? "";
        return line.Split(' ') is [_, "dev", var port, ..] ? port : "";
    }

    public ProbeSession StartProbe(params string[] options)
    {
        var process = Start("client", "probe", [Repository.Probe, "http", $"http://{VirtualAddress}/", "--duration", "60s", .. options]);
        return new ProbeSession(process);
    }

    public void Dispose()
    {
        try
        {
            foreach (var process in _processes) process.Dispose();
        }
        finally
        {
            Script("down", Name);
        }
    }

    private static string Script(params string[] arguments) => Command.Run(Repository.PairScript, arguments).Text;
}
