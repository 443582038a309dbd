using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Appliance.Interop;

namespace Appliance.Failover;

/// <summary>
/// Runs an executable of the operator's in a session of its own, so that all it starts can be killed when its time is over. Its output is
/// read and bounded; it gets a small environment and nothing of ours.
/// </summary>
internal static class OperatorCommand
{
    private const string Session = "/usr/bin/setsid"; // util-linux, essential in Debian; it makes itself leader and becomes the command
    private const int MaximumLine = 200;
    private static readonly TimeSpan OutputLimit = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs it and waits for its end; never throws for what it does.</summary>
    /// <param name="file">Absolute path.</param>
    /// <param name="arguments">Passed one by one, no shell reads them.</param>
    /// <param name="variables">Its environment besides PATH.</param>
    /// <param name="input">Its stdin; one that does not read it is no error.</param>
    /// <param name="limit">Then it and all that it started is killed.</param>
    public static async Task<CommandOutcome> RunAsync(
        string file, ImmutableArray<string> arguments, ImmutableArray<(string Name, string Value)> variables, ReadOnlyMemory<byte> input, TimeSpan limit)
    {
        long began = Stopwatch.GetTimestamp();
        var start = new ProcessStartInfo(Session, [file, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        foreach ((string name, string value) in variables) start.Environment[name] = value;
        try
        {
            using var process = new Process { StartInfo = start };
            process.Start();
            using var over = new CancellationTokenSource();
            Task<string> said = FirstLineAsync(process.StandardError.BaseStream, over.Token);
            Task ignored = FirstLineAsync(process.StandardOutput.BaseStream, over.Token);
            Task fed = FeedAsync(process.StandardInput.BaseStream, input, over.Token);
            bool ended = await EndsAsync(process, limit).ConfigureAwait(false);
            string line = await LastWordAsync(said).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(ignored, fed, said).ConfigureAwait(false);
            if (!ended) return new CommandOutcome(false, $"killed after {limit.TotalSeconds:0.#} s{line}");
            if (process.ExitCode != 0) return new CommandOutcome(false, $"exit code {process.ExitCode}{line}");
            return new CommandOutcome(true, $"ok in {(long)Stopwatch.GetElapsedTime(began).TotalMilliseconds} ms");
        }
        catch (Win32Exception error)
        {
            return new CommandOutcome(false, $"cannot be started: {error.Message}");
        }
    }

    private static async Task<bool> EndsAsync(Process process, TimeSpan limit)
    {
        using var time = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(time.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            ProcessGroup.Kill(process.Id);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>What it has said by its end; a child that keeps the pipe open is not waited for.</summary>
    private static async Task<string> LastWordAsync(Task<string> said)
    {
        await Task.WhenAny(said, Task.Delay(OutputLimit)).ConfigureAwait(false);
        string line = said.IsCompletedSuccessfully ? await said.ConfigureAwait(false) : "";
        return line.Length > 0 ? $": {line}" : "";
    }

    /// <summary>Reads to the end, so that a talkative command does not block, and keeps the first line.</summary>
    private static async Task<string> FirstLineAsync(Stream stream, CancellationToken over)
    {
        byte[] buffer = new byte[4096];
        byte[] first = new byte[MaximumLine];
        int kept = 0;
        try
        {
            while (await stream.ReadAsync(buffer, over).ConfigureAwait(false) is var read and > 0)
            {
                int take = Math.Min(read, first.Length - kept);
                buffer.AsSpan(0, take).CopyTo(first.AsSpan(kept));
                kept += take;
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // It has ended; a child of its own may hold the pipe for longer, and is not waited for.
            kept = Math.Min(kept, first.Length);
        }

        string text = Encoding.UTF8.GetString(first, 0, kept);
        int end = text.IndexOf('\n', StringComparison.Ordinal);
        return new string([.. (end < 0 ? text : text[..end]).Where(c => !char.IsControl(c))]);
    }

    private static async Task FeedAsync(Stream stdin, ReadOnlyMemory<byte> input, CancellationToken over)
    {
        try
        {
            await using (stdin.ConfigureAwait(false)) await stdin.WriteAsync(input, over).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            return; // it did not want to read: its own affair
        }
    }
}
