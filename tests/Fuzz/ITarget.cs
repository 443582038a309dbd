namespace Fuzz;

/// <summary>
/// One parser under fuzzing. To add one: implement this, list it in <see cref="Targets"/>, put a few good and bad inputs into
/// `corpus/NAME/`, one a file.
/// </summary>
internal interface ITarget
{
    /// <summary>The name on the command line and of the folder in `corpus/`.</summary>
    string Name { get; }

    /// <summary>Inputs longer than this are not made.</summary>
    int MaximumLength { get; }

    /// <summary>Words of the format, for mutations that random bytes would hardly ever find.</summary>
    IReadOnlyList<byte[]> Tokens { get; }

    /// <summary>Feeds one input and checks every invariant.</summary>
    /// <returns>What kind of path the input took (verdict, reason, rough length): an input of a new kind joins the pool of parents.</returns>
    /// <exception cref="Exception">Any exception is a finding; broken invariants are <see cref="InvariantException"/>.</exception>
    int Run(ReadOnlySpan<byte> input);
}
