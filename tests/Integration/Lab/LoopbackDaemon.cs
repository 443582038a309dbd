using System.Diagnostics;
using System.Text.Json;
using TestSupport;

namespace Integration.Lab;

/// <summary>The real daemon as a single node on loopback, with its own files; they go with it.</summary>
internal sealed class LoopbackDaemon : IDisposable
{
    private readonly TemporaryFolder _home = new("daemon-");
    private readonly System.Text.StringBuilder _log = new();
    private readonly System.Text.StringBuilder _output = new();
    private readonly Dictionary<string, string> _environment;
    private readonly ControlSocket _control;
    private Process? _process;

    public LoopbackDaemon()
    {
        _environment = new()
        {
            ["RUNTIME_DIRECTORY"] = Directory.CreateDirectory(PathOf("run")).FullName,
            ["STATE_DIRECTORY"] = Directory.CreateDirectory(PathOf("state")).FullName,
        };
        _control = new ControlSocket(PathOf("run/control.sock"));
        Admin = FreePort();
    }

    public string Home => _home.FullName;

    public string ConfigPath => PathOf("appliance.yaml");

    /// <summary>Port of the admin address, to be named in the config.</summary>
    public int Admin { get; }

    /// <summary>The whole standard error so far.</summary>
    public string Log => Read(_log);

    /// <summary>The whole standard output so far; empty when it is not read.</summary>
    public string Output => Read(_output);

    public JsonElement Status => _control.Status() ?? throw new InvalidOperationException($"no daemon answers\n{Log}");

    /// <summary>A port that nobody has, nor will get by chance before it is bound.</summary>
    public static int FreePort() => TestSupport.FreePort.Take();

    public string PathOf(string file) => _home.PathOf(file);

    /// <summary>The config; the admin address is added.</summary>
    public LoopbackDaemon Configure(string yaml)
    {
        File.WriteAllText(ConfigPath, $"node: alone\nadmin: {{ address: 127.0.0.1:{Admin} }}\n{yaml}");
        return this;
    }

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="wrapper">A program and arguments in front of it.</param>
    /// <param name="readsOutput">False: nobody reads its standard output.</param>
    public LoopbackDaemon Start(string[]? wrapper = null, bool readsOutput = true)
    {
        string[] command = [.. wrapper ?? [], Repository.Appliance, "run", "--config", ConfigPath];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        _home.Hold(start);
        foreach ((string name, string value) in _environment) start.Environment[name] = value;
        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, line) => Note(_log, line.Data);
        _process.OutputDataReceived += (_, line) => Note(_output, line.Data);
        _process.Start();
        _process.BeginErrorReadLine();
        if (readsOutput) _process.BeginOutputReadLine();
        Until.True("the daemon is ready", () => Log.Contains("ready after", StringComparison.Ordinal) ? true
            : !_process.HasExited ? false : throw new InvalidOperationException($"it ended with {_process.ExitCode}\n{Log}"), seen: () => Log);
        return this;
    }

    /// <summary>One of the commands, or `run` where it is expected to give up at once.</summary>
    public CommandResult Cli(params string[] arguments) => Command.Run(Repository.Appliance, arguments, _environment);

    public string Metrics() => Command.Run("curl", "-s", "--max-time", "10", $"http://127.0.0.1:{Admin}/metrics").Text;

    public void Dispose()
    {
        if (_process is { HasExited: false }) _process.Kill(entireProcessTree: true);
        _process?.WaitForExit(TimeSpan.FromSeconds(10));
        _process?.Dispose();
        _control.Dispose();
        _home.Dispose();
    }

    private static void Note(System.Text.StringBuilder into, string? line)
    {
        lock (into) into.AppendLine(line);
    }

    private static string Read(System.Text.StringBuilder from)
    {
        lock (from) return from.ToString();
    }
}
