namespace Integration.Lab;

/// <summary>How a command ended and what it printed.</summary>
internal sealed record CommandResult(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>The output of a command that must not fail.</summary>
    public string Text => ExitCode == 0
        ? Output
        : throw new InvalidOperationException($"`{Command}` ended with {ExitCode}\n{Output}{Error}");

    /// <summary>Fails the test with everything the command printed.</summary>
    public void AssertExitCode(int expected) => Assert.True(ExitCode == expected, $"expected exit code {expected}: {this}");

    public override string ToString() => $"`{Command}` ended with {ExitCode}\n{Output}{Error}";
}
