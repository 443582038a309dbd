using System.Collections.Immutable;

namespace Appliance.Fixtures;

/// <summary>Reads the elements of `steps`, in order: a step without a time comes when the one before it is through.</summary>
internal sealed class StepReader(FixtureSource source, RequestTemplate template)
{
    private const int MaxRepeat = FixtureReader.MaxRequests;
    private const long MaxTokens = 1_000_000_000;

    private static readonly ImmutableArray<string> OfRequest =
        [.. RequestTemplate.Shared, "at", "note", "path", "query", "body", "tokens", "repeat", "every", "hold", "usage", "expect"];

    private static readonly ImmutableArray<string> OfRelease = ["at", "note", "release", "usage"];

    private long _nextAtNs;

    /// <summary>Null after a mistake that leaves nothing to go on with.</summary>
    public FixtureStep? Read(FixtureNode node)
    {
        if (!node.IsObject)
        {
            source.Refuse(node, "a step is an object");
            return null;
        }

        var fields = new FixtureFields(source, node);
        _ = fields.Text("note");
        long at = fields.Duration("at") ?? _nextAtNs;
        return fields.Has("release") ? ReadRelease(fields, at) : ReadRequest(fields, at);
    }

    private FixtureStep ReadRelease(FixtureFields fields, long at)
    {
        fields.RefuseUnknown(OfRelease);
        _nextAtNs = at;
        return new FixtureStep { Node = fields.Table, AtNs = at, Release = fields.Text("release"), Usage = fields.Integer("usage", 0, MaxTokens) };
    }

    private FixtureStep ReadRequest(FixtureFields fields, long at)
    {
        fields.RefuseUnknown(OfRequest);
        int repeat = (int)(fields.Integer("repeat", 1, MaxRepeat) ?? 1);
        long every = fields.Duration("every") ?? 0;
        if (fields.Has("every") && !fields.Has("repeat")) fields.Refuse("every", "needs repeat");
        if (fields.Has("usage") && fields.Has("hold")) fields.Refuse("usage", "of a request that is held belongs to the step that releases it");
        if (every > 0 && repeat > (long.MaxValue / 4 - at) / every)
        {
            fields.Refuse("every", "goes too far into the future");
            every = 0;
        }

        _nextAtNs = at + (repeat - 1) * every;
        var expectation = new ExpectationReader(fields.Object("expect"));
        return new FixtureStep
        {
            Node = fields.Table,
            AtNs = at,
            Request = template.Make(fields),
            Repeat = repeat,
            EveryNs = every,
            Hold = fields.Text("hold"),
            Usage = fields.Integer("usage", 0, MaxTokens),
            Expected = expectation.Fields,
            Allowed = expectation.Allowed,
            Rejected = expectation.Rejected,
        };
    }
}
