using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Integration.Lab;
using TestSupport;

namespace Integration.Faults;

/// <summary>The real daemon alone on loopback, with what it held at rest when it was ready; ended and swept with the test.</summary>
internal sealed class Daemon : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly ControlSocket _control;
    private readonly int _restingSockets;
    private readonly TemporaryFolder _home;

    private Daemon(TemporaryFolder home, string yaml)
    {
        _home = home;
        Write(yaml);
        var start = new ProcessStartInfo(Repository.Appliance, ["run", "--config", ConfigPath]) { RedirectStandardOutput = true, RedirectStandardError = true };
        home.Hold(start);
        foreach (string name in new[] { "RUNTIME_DIRECTORY", "STATE_DIRECTORY" })
        {
            start.Environment[name] = Directory.CreateDirectory(home.PathOf(name)).FullName;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _control = new ControlSocket(home.PathOf("RUNTIME_DIRECTORY/control.sock"));
        try
        {
            Until.True("the daemon is ready", () => Log.Contains("ready after", StringComparison.Ordinal) || HasExited, seconds: 30, seen: () => Log);
            Assert.False(HasExited, Log);
            _restingSockets = Sockets();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Its directory; certificates and the like may lie here.</summary>
    public string Home => _home.FullName;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Log
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    private string ConfigPath => _home.PathOf("appliance.yaml");

    /// <summary>Starts it and waits until it is ready.</summary>
    public static Daemon Start(string yaml, Action<string>? prepare = null)
    {
        var home = new TemporaryFolder("faults-");
        try
        {
            prepare?.Invoke(home.FullName);
            return new Daemon(home, yaml.Replace("$HOME", home.FullName, StringComparison.Ordinal));
        }
        catch
        {
            if (Directory.Exists(home.FullName)) home.Dispose();
            throw;
        }
    }

    /// <summary>Replaces the config and returns when the daemon has applied it; fails when it refuses.</summary>
    public void Reload(string yaml)
    {
        string? before = ReloadedAt();
        Write(yaml.Replace("$HOME", Home, StringComparison.Ordinal));
        const int Hangup = 1;
        if (Kill(Id, Hangup) != 0) throw new System.ComponentModel.Win32Exception();
        Until.True("the reload is done", () => ReloadedAt() != before, seen: () => Log);
        string? error = Status().GetProperty("reload").GetProperty("error").GetString();
        Assert.True(error is null, error);
    }

    public JsonElement Status()
    {
        JsonElement? status = null;
        Until.True("the control socket answers", () => (status = _control.Status()) is not null, seen: () => Log);
        return status!.Value;
    }

    /// <summary>Connections of the clients of one listener now.</summary>
    public long Clients(string listener = "web") => Status().GetProperty("listeners").EnumerateArray()
        .Single(one => one.GetProperty("name").GetString() == listener).GetProperty("active_connections").GetInt64();

    /// <summary>Sockets, timers and the like that it has open; the runtime's files are left out, since it opens those when it likes.</summary>
    public int Sockets() => new DirectoryInfo($"/proc/{Id}/fd").EnumerateFileSystemInfos().Count(one => one.LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes()
    {
        string line = File.ReadLines($"/proc/{Id}/status").First(one => one.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>
    /// Nothing is left of what a test did: no client, no request at a server, and no socket above those of the start but idle ones to servers,
    /// which are counted as such.
    /// </summary>
    public void AssertSettles()
    {
        string seen = "";
        Until.True("everything is given back", () => IsSettled(out seen), seconds: 15, seen: () => seen + "\n" + Log);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _control.Dispose();
        _home.Dispose();
    }

    private bool IsSettled(out string seen)
    {
        JsonElement status = Status();
        long clients = status.GetProperty("listeners").EnumerateArray()
            .Where(one => one.GetProperty("protocol").GetString() != "local").Sum(one => one.GetProperty("active_connections").GetInt64());
        JsonElement[] servers = [.. status.GetProperty("upstreams").EnumerateArray().SelectMany(one => one.GetProperty("servers").EnumerateArray())];
        long active = servers.Sum(one => one.GetProperty("active_connections").GetInt64());
        long idle = servers.Sum(one => one.GetProperty("idle_connections").GetInt64());
        int sockets = Sockets();
        seen = $"clients {clients}, active at servers {active}, idle {idle}, sockets {sockets}, at rest {_restingSockets}\n{status}";
        return clients == 0 && active == 0 && sockets - idle == _restingSockets;
    }

    private string? ReloadedAt() => Status().TryGetProperty("reload", out JsonElement reload) ? reload.GetProperty("at").GetString() : null;

    private void Write(string yaml)
    {
        // As an editor does it: never half a file.
        File.WriteAllText(ConfigPath + ".new", yaml);
        File.Move(ConfigPath + ".new", ConfigPath, overwrite: true);
    }

    private void Note(string? line)
    {
        lock (_log) _log.AppendLine(line);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int id, int signal);
}
