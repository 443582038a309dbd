using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Integration.Layer4;

/// <summary>A real peer on loopback, in the foreground, ended with the test.</summary>
internal sealed class LoopbackProcess : IDisposable
{
    private readonly Process _process;
    private readonly System.Text.StringBuilder _output = new();

    private LoopbackProcess(string program, string[] arguments)
    {
        _process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Starts it and waits until its port accepts.</summary>
    public static LoopbackProcess Start(int port, string program, params string[] arguments)
    {
        var started = new LoopbackProcess(program, arguments);
        try
        {
            Lab.Until.True($"{program} listens on {port}", () => !started._process.HasExited && Accepts(port), seen: () => started.Output);
        }
        catch
        {
            started.Dispose();
            throw;
        }

        return started;
    }

    /// <summary>A port that nobody has, nor will get by chance before it is bound.</summary>
    public static int FreePort() => TestSupport.FreePort.Take();

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit(TimeSpan.FromSeconds(10));
        _process.Dispose();
    }

    private string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    private void Note(string? line)
    {
        lock (_output) _output.AppendLine(line);
    }

    private static bool Accepts(int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false; // Not yet.
        }
    }
}
