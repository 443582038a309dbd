namespace Probe;

/// <summary>
/// When a run that was asked to stop may stop: an outage that has begun is measured to its end, so the service must have
/// answered often enough since the asking, or have had <paramref name="maximumMs"/> to do so.
/// </summary>
internal sealed class SettledEnd(double answersWanted, double maximumMs)
{
    private double _askedMs = -1;
    private int _answersWhenAsked;

    public bool Reached(double nowMs, int answers)
    {
        if (_askedMs < 0)
        {
            _askedMs = nowMs;
            _answersWhenAsked = answers;
        }

        return answers - _answersWhenAsked >= answersWanted || nowMs - _askedMs > maximumMs;
    }
}
