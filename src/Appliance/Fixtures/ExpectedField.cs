using System.Globalization;

namespace Appliance.Fixtures;

/// <summary>One thing that is expected of an answer.</summary>
/// <param name="Node">Where the fixture says so.</param>
/// <param name="Name">Such as `reason` or `headers.retry-after`.</param>
/// <param name="Wanted">For people, and what is compared where there is no range; null: it should not be there.</param>
/// <param name="Range">For numbers.</param>
/// <param name="Got">What an answer says; null: nothing.</param>
internal sealed record ExpectedField(FixtureNode Node, string Name, string? Wanted, NumberRange? Range, Func<PlayedRequest, string?> Got)
{
    public bool Holds(PlayedRequest played)
    {
        string? got = Got(played);
        if (Range is not { } range) return got == Wanted;
        return long.TryParse(got, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && range.Holds(number);
    }
}
