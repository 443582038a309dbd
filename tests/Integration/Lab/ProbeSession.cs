namespace Integration.Lab;

/// <summary>A client that asks every millisecond while the test does something to the nodes.</summary>
internal sealed class ProbeSession(LabProcess process)
{
    /// <summary>Returns once answers come and the warm-up is over.</summary>
    public ProbeSession AwaitReady()
    {
        Until.True("the probe gets answers", () => process.Log.Contains("ready\n", StringComparison.Ordinal), 15, () => process.Log);
        return this;
    }

    /// <summary>
    /// Ends the probe, which first waits for more answers in numbers, so that an outage that has begun is measured to its end;
    /// a service that stays away is reported as a gap to the end of that wait.
    /// </summary>
    public ProbeReport Finish()
    {
        process.Signal("TERM");
        return FinishAtEnd();
    }

    /// <summary>Waits for the end that the probe was given.</summary>
    public ProbeReport FinishAtEnd()
    {
        process.WaitForExit(75);
        return new ProbeReport(process.Log);
    }
}
