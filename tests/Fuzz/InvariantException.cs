namespace Fuzz;

/// <summary>A parser did not keep a promise.</summary>
internal sealed class InvariantException(string message) : Exception(message)
{
    /// <summary>Throws unless the promise holds.</summary>
    internal static void Require(bool holds, string promise)
    {
        if (!holds) throw new InvariantException(promise);
    }
}
