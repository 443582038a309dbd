using System.Text.Json;

namespace Integration.Lab;

/// <summary>The real daemon on one node of the laboratory, with its own files.</summary>
internal sealed class ApplianceNode : IDisposable
{
    private readonly Laboratory _lab;
    private readonly string _address;
    private readonly Dictionary<string, string> _environment;
    private readonly ControlSocket _control;
    private LabProcess? _process;

    public ApplianceNode(Laboratory lab, string node, NodeSettings settings)
    {
        _lab = lab;
        _address = settings.VirtualAddresses.Split('/')[0];
        Node = node;
        Home = Path.Combine(lab.Directory, node);
        Directory.CreateDirectory(Path.Combine(Home, "run"));
        Directory.CreateDirectory(Path.Combine(Home, "state"));
        _environment = new()
        {
            ["RUNTIME_DIRECTORY"] = Path.Combine(Home, "run"),
            ["STATE_DIRECTORY"] = Path.Combine(Home, "state"),
        };
        _control = new ControlSocket(Path.Combine(Home, "run", "control.sock"));
        File.WriteAllText(ConfigPath, settings.Yaml(node, Home));
        File.WriteAllText(Path.Combine(Home, "policies.json"), settings.Bundle);
        File.WriteAllText(SecretPath, Secret(lab), System.Text.Encoding.ASCII);
        File.SetUnixFileMode(SecretPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public string Node { get; }

    /// <summary>Config, bundle, secret, run/ and state/.</summary>
    public string Home { get; }

    public string ConfigPath => Path.Combine(Home, "appliance.yaml");

    public string SecretPath => Path.Combine(Home, "cluster.key");

    public string BundlePath => Path.Combine(Home, "policies.json");

    public LabProcess Process => _process ?? throw new InvalidOperationException($"{Node} was not started");

    /// <summary>The first of the virtual addresses.</summary>
    public bool HoldsAddress => _lab.HoldsAddress(Node, _address);

    /// <summary>In the words of the status document; "down" while no daemon answers.</summary>
    public string Role => Text(Status, "role");

    public string PeerState => Status is { } status && status.TryGetProperty("peer", out var peer) ? Text(peer, "state") : "none";

    public JsonElement? Status => _control.Status();

    /// <summary>The sample of this name and labels, as /metrics writes them; 0 when there is none.</summary>
    public double Metric(string name)
    {
        string metrics = _lab.Exec(Node, "curl", "-sf", "--max-time", "10", "http://127.0.0.1:9900/metrics").Text;
        string? line = metrics.Split('\n').FirstOrDefault(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line[(name.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    public ApplianceNode Start()
    {
        _process = _lab.Start(Node, $"appliance-{Node}", [Repository.Appliance, "run", "--config", ConfigPath], _environment);
        return this;
    }

    /// <summary>What Prometheus would read.</summary>
    public string Metrics() => _lab.Exec(Node, "curl", "-s", "--max-time", "10", "http://127.0.0.1:9900/metrics").Text;

    /// <summary>Sum of the samples of one family whose line contains <paramref name="label"/>; 0: none.</summary>
    public double Metric(string family, string label = "") => Metrics().Split('\n')
        .Where(line => line.StartsWith(family + ' ', StringComparison.Ordinal) || line.StartsWith(family + '{', StringComparison.Ordinal))
        .Where(line => line.Contains(label, StringComparison.Ordinal))
        .Sum(line => double.Parse(line.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Runs one of the commands to its end, as an operator on this node would.</summary>
    public CommandResult Cli(params string[] arguments) => _lab.Exec(Node, [Repository.Appliance, .. arguments], _environment);

    /// <summary>`appliance run` of a node that is expected to give up at once, in front.</summary>
    public CommandResult RunToEnd(params string[] wrapper) =>
        _lab.Exec(Node, [.. wrapper, Repository.Appliance, "run", "--config", ConfigPath], _environment);

    public void AwaitRole(string role, double seconds = 15) => Until.True($"{Node} is {role}", () => IsRunning() && Role == role, seconds, Describe);

    /// <summary>Always true; for conditions that cannot come true any more when the daemon is gone.</summary>
    public bool IsRunning() => !Process.HasExited
        ? true
        : throw new InvalidOperationException($"the daemon on {Node} ended with {Process.WaitForExit()}\n{Describe()}");

    /// <summary>What is worth reading when a test fails.</summary>
    public string Describe() => $"--- node {Node}: role {Role}, holds the address: {HoldsAddress}\n{Status}\n{_process?.Log}";

    public void Dispose() => _control.Dispose();

    private static string Text(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(name, out var value) ? value.ToString() : "down";

    // The same on both nodes of a laboratory; any 32 bytes are a secret here.
    private static string Secret(Laboratory lab)
    {
        byte[] key = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(lab.Name));
        return $"1 {Convert.ToBase64String(key)}\n";
    }
}
