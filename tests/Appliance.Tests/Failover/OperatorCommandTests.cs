using System.Diagnostics;
using System.Text;
using Appliance.Failover;
using Appliance.Tests.Journal;
using TestSupport;

namespace Appliance.Tests.Failover;

public sealed class OperatorCommandTests : IDisposable
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _directory = new("appliance-hook-");
    private readonly RecordingLog _log = new();

    private string Told => _directory.PathOf("told");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task ItGetsItsArgumentsOneByOneItsInputAndOnlyItsOwnEnvironment()
    {
        string file = Script($"{{ printf '%s|' \"$@\"; cat; echo \"|$APPLIANCE_FROM|${{NOTIFY_SOCKET-none}}|${{HOME-none}}\"; }} > {Told}");
        CommandOutcome outcome = await OperatorCommand.RunAsync(file, ["active", "a b; $(c)"], [("APPLIANCE_FROM", "passive")], "{\"x\":1}"u8.ToArray(), Ample);
        Assert.True(outcome.Ok, outcome.Text);
        Assert.Equal("active|a b; $(c)|{\"x\":1}|passive|none|none\n", File.ReadAllText(Told));
    }

    [Fact]
    public async Task AFailureHasItsCodeAndItsFirstLine()
    {
        string file = Script("echo 'no such \x1b[31mcard' >&2; echo more >&2; exit 3");
        Assert.Equal(new CommandOutcome(false, "exit code 3: no such [31mcard"), await RunAsync(file, Ample));
    }

    [Fact]
    public async Task ATalkativeCommandThatReadsNothingIsNoProblem()
    {
        string file = Script("head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2");
        CommandOutcome outcome = await OperatorCommand.RunAsync(file, [], [], new byte[1_000_000], Ample);
        Assert.True(outcome.Ok, outcome.Text);
    }

    [Fact]
    public async Task AtItsLimitItIsKilledWithAllThatItStarted()
    {
        string file = Script($"sleep 600 & echo $! > {Told}; echo waiting >&2; sleep 600");
        CommandOutcome outcome = await RunAsync(file, TimeSpan.FromSeconds(1));
        Assert.Equal(new CommandOutcome(false, "killed after 1 s: waiting"), outcome);
        int child = int.Parse(File.ReadAllText(Told));
        Assert.True(SpinWait.SpinUntil(() => IsGone(child), TimeSpan.FromSeconds(30)), $"process {child} still runs");
    }

    [Fact]
    public async Task AChildThatKeepsThePipesOpenIsNotWaitedFor()
    {
        string file = Script($"sleep 600 & echo $! > {Told}");
        CommandOutcome outcome = await RunAsync(file, Ample);
        int child = int.Parse(File.ReadAllText(Told));
        try
        {
            Assert.True(outcome.Ok, outcome.Text);
            Assert.False(IsGone(child));
        }
        finally
        {
            using var left = Process.GetProcessById(child);
            left.Kill();
        }
    }

    [Fact]
    public async Task OneThatCannotBeRunSaysSo()
    {
        CommandOutcome outcome = await RunAsync(_directory.PathOf("missing"), Ample);
        Assert.False(outcome.Ok);
        Assert.Contains("missing", outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void TheHookRunsForEachChangeInOrderAndFailuresAreLogged()
    {
        string file = Script($"echo \"$1 $2 $APPLIANCE_VIRTUAL_ROUTER_ID $(cat)\" >> {Told}; [ $1 != unfit ] || {{ echo sorry >&2; exit 7; }}");
        int status = 0;
        using (var hook = new TransitionHook(file, Ample, () => Encoding.UTF8.GetBytes($"{++status}"), _log))
        {
            foreach (string role in (string[])["passive", "active", "unfit"]) hook.Tell(new RoleChange("", role, "because of it", 51));
        }

        Assert.Equal(["passive because of it 51 1", "active because of it 51 2", "unfit because of it 51 3"], File.ReadAllLines(Told));
        Assert.Equal($"on_transition {file} unfit failed: exit code 7: sorry", Assert.Single(_log.Lines, line => line.Contains("failed", StringComparison.Ordinal)));
    }

    [Fact]
    public void AFullQueueLeavesOutTheNewestAndSaysSo()
    {
        string go = _directory.PathOf("go");
        string file = Script($"while [ ! -e {go} ]; do sleep 0.02; done; echo $1 >> {Told}");
        using (var hook = new TransitionHook(file, Ample, () => default, _log))
        {
            for (int i = 0; i < 80; i++) hook.Tell(new RoleChange("", $"{i}", "", 51));
            File.WriteAllText(go, "");
            Assert.True(SpinWait.SpinUntil(() => File.Exists(Told) && File.ReadAllLines(Told).Length >= 64, TimeSpan.FromSeconds(60)));
        }

        int ran = File.ReadAllLines(Told).Length;
        Assert.InRange(ran, 64, 65); // one may have left the queue before it was full
        Assert.Equal(80 - ran, _log.Lines.Count(line => line.Contains("too many runs", StringComparison.Ordinal)));
    }

    private static Task<CommandOutcome> RunAsync(string file, TimeSpan limit) => OperatorCommand.RunAsync(file, [], [], default, limit);

    /// <summary>Also true for one that is dead and not yet reaped.</summary>
    private static bool IsGone(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private string Script(string body)
    {
        string file = _directory.PathOf("hook");
        File.WriteAllText(file, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return file;
    }
}
