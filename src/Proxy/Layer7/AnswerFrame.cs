using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Layer7;

/// <summary>What all answers made here have in common: whom they go to, and what stands around their body.</summary>
internal readonly ref struct AnswerFrame
{
    /// <summary>Who asked.</summary>
    internal required Connection Client { get; init; }

    /// <summary>The loop's shared parts.</summary>
    internal required HttpLoop Loop { get; init; }

    /// <summary>False for HEAD.</summary>
    internal bool WithBody { get; init; }

    /// <summary>False: says Connection: close.</summary>
    internal bool KeepAlive { get; init; }

    /// <summary>Further complete lines, such as the limiter's.</summary>
    internal ReadOnlySpan<byte> ExtraLines { get; init; }

    /// <summary>The request's id; empty: it has none.</summary>
    internal ReadOnlySpan<byte> RequestId { get; init; }

    /// <summary>The operator's; null: none.</summary>
    internal HeaderEdits? Edits { get; init; }
}
