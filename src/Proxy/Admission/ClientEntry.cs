namespace Appliance.Proxy.Admission;

/// <summary>
/// What is known of one client. 64 bytes. Guarded by its set's lock in <see cref="ClientTable"/>, but for <see cref="BytesPaidAtNs"/>, which is
/// moved by compare-and-swap while <see cref="Open"/> is above 0. Times are monotonic ns at which a debt is paid: in the past, there is none.
/// </summary>
internal struct ClientEntry
{
    internal UInt128 Client;
    internal long ConnectionsPaidAtNs;
    internal long BytesPaidAtNs;
    internal long WindowStartNs;
    internal int Open;
    internal int Refusals;
    internal int RefusalsBefore;
    internal bool Used;

    /// <summary>
    /// Takes one connection, or says what stands against it. The concurrency is asked first: a connection refused by it costs no rate.
    /// </summary>
    internal AdmissionRule Take(AdmissionLimits limits, long nowNs)
    {
        if (Open >= limits.ClientConnections) return AdmissionRule.ClientConnections;
        if (limits.ConnectionNs > 0)
        {
            // A debt made under a larger burst, before a reload, is cut to this one's: raising a limit takes effect at once.
            long debt = Math.Clamp(ConnectionsPaidAtNs - nowNs, 0, limits.ConnectionBurstNs);
            ConnectionsPaidAtNs = nowNs + debt;
            if (debt + limits.ConnectionNs > limits.ConnectionBurstNs) return AdmissionRule.ConnectionRate;
            ConnectionsPaidAtNs += limits.ConnectionNs;
        }

        Open++;
        return AdmissionRule.None;
    }

    /// <summary>Counts a refusal in a sliding window: this one's whole, the one before by the share of it that the window still covers.</summary>
    /// <returns>True when that makes the client an offender; its count begins anew then.</returns>
    internal bool CountRefusal(AdmissionLimits limits, long nowNs)
    {
        if (limits.OffloadAfter == 0) return false;
        long windowNs = limits.OffloadWindowNs, elapsedNs = nowNs - WindowStartNs;
        if (WindowStartNs == 0 || elapsedNs >= 2 * windowNs)
        {
            (RefusalsBefore, Refusals, WindowStartNs, elapsedNs) = (0, 0, nowNs, 0);
        }
        else if (elapsedNs >= windowNs)
        {
            (RefusalsBefore, Refusals) = (Refusals, 0);
            WindowStartNs += windowNs;
            elapsedNs -= windowNs;
        }

        Refusals++;
        double before = RefusalsBefore * (1.0 - (double)Math.Max(0, elapsedNs) / windowNs);
        if (Refusals + before < limits.OffloadAfter) return false;
        (RefusalsBefore, Refusals) = (0, 0);
        return true;
    }

    /// <summary>Until when forgetting the client would give it something.</summary>
    internal readonly long WorthUntilNs(AdmissionLimits limits) => Math.Max(
        Math.Max(ConnectionsPaidAtNs, BytesPaidAtNs),
        Refusals + RefusalsBefore > 0 ? WindowStartNs + 2 * limits.OffloadWindowNs : 0);
}
