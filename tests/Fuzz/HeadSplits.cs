using Appliance.Proxy.Layer7;
using static Fuzz.InvariantException;

namespace Fuzz;

/// <summary>Feeds a head in one piece and in growing pieces: the verdict must be the same.</summary>
internal static class HeadSplits
{
    /// <summary>Parses the whole into `whole`, and the same in steps into `stepped`.</summary>
    internal static HeadProgress Parse(MessageHead whole, MessageHead stepped, ReadOnlySpan<byte> input)
    {
        whole.Reset();
        HeadProgress verdict = whole.Parse(input);
        // Steps of all sizes, chosen by the input itself so that a run can be repeated.
        int step = input.IsEmpty ? 1 : 1 + input[0] % 23;
        stepped.Reset();
        HeadProgress progress = HeadProgress.Incomplete;
        for (int have = 0; have < input.Length && progress == HeadProgress.Incomplete;)
        {
            have = Math.Min(input.Length, have + step);
            progress = stepped.Parse(input[..have]);
        }

        Require(progress == verdict && stepped.Error == whole.Error, "the verdict does not depend on how the bytes arrive");
        if (verdict != HeadProgress.Complete) return verdict;
        Require(
            stepped.Length == whole.Length && stepped.FieldCount == whole.FieldCount && stepped.ContentLength == whole.ContentLength
            && stepped.Chunked == whole.Chunked && stepped.KeepAlive == whole.KeepAlive, "nor does the reading");
        return verdict;
    }
}
