namespace Appliance.Proxy.Layer7;

/// <summary>
/// A field value with variables, compiled. Whatever is written is visible ASCII: the fixed parts are percent-encoded, and hosts and targets hold
/// nothing else once a head was accepted, so no value can end a line. Immutable.
/// </summary>
internal sealed class TextTemplate
{
    private readonly Piece[] _pieces;

    private TextTemplate(Piece[] pieces)
    {
        _pieces = pieces;
        foreach (Piece piece in pieces) Variables |= piece.Variable;
    }

    /// <summary>The variables that occur.</summary>
    internal TemplateVariable Variables { get; }

    /// <summary>Reads `text`, where `$` and the name of an allowed variable stand for it; every other `$` stands for itself.</summary>
    internal static TextTemplate Parse(string text, TemplateVariable allowed)
    {
        var pieces = new List<Piece>();
        int literal = 0;
        for (int at = 0; at < text.Length; at++)
        {
            if (text[at] != '$') continue;
            int end = at + 1;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_')) end++;
            TemplateVariable variable = Named(text[(at + 1)..end]) & allowed;
            if (variable == TemplateVariable.None) continue;
            if (at > literal) pieces.Add(new Piece(PercentEncoding.Encode(text[literal..at]), TemplateVariable.None));
            pieces.Add(new Piece([], variable));
            literal = end;
            at = end - 1;
        }

        if (literal < text.Length) pieces.Add(new Piece(PercentEncoding.Encode(text[literal..]), TemplateVariable.None));
        return new TextTemplate([.. pieces]);
    }

    /// <summary>Bytes that <see cref="Write"/> writes at most.</summary>
    internal int MaxLength(int host, int target, int server)
    {
        int length = 0;
        foreach (Piece piece in _pieces) length += piece.Literal.Length + Length(piece.Variable, host, target, server);
        return length;
    }

    /// <summary>Writes the value.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="host">For `$host`.</param>
    /// <param name="target">For `$target`; not empty.</param>
    /// <param name="server">For `$server`.</param>
    internal void Write(ref HeadWriter text, ReadOnlySpan<byte> host, ReadOnlySpan<byte> target, ReadOnlySpan<byte> server)
    {
        for (int i = 0; i < _pieces.Length; i++)
        {
            Piece piece = _pieces[i];
            switch (piece.Variable)
            {
                case TemplateVariable.Host: text.Write(host); break;
                case TemplateVariable.Server: text.Write(server); break;
                case TemplateVariable.Target: WriteTarget(ref text, target, first: i == 0); break;
                default: text.Write(piece.Literal); break;
            }
        }
    }

    /// <summary>
    /// At the beginning of a URI `//x` would name a host, and browsers read a backslash as a slash: there a target keeps one slash only, or a
    /// stranger's link to us would lead anywhere.
    /// </summary>
    private static void WriteTarget(ref HeadWriter text, ReadOnlySpan<byte> target, bool first)
    {
        if (!first && target[0] == '/')
        {
            text.Write(target);
            return;
        }

        text.Write("/"u8);
        text.Write(target is [(byte)'*'] ? default : target.TrimStart("/\\"u8));
    }

    private static int Length(TemplateVariable variable, int host, int target, int server) => variable switch
    {
        TemplateVariable.Host => host,
        TemplateVariable.Target => target + 1,
        TemplateVariable.Server => server,
        _ => 0,
    };

    private static TemplateVariable Named(string name) => name switch
    {
        "host" => TemplateVariable.Host,
        "target" => TemplateVariable.Target,
        "server" => TemplateVariable.Server,
        _ => TemplateVariable.None,
    };

    private readonly record struct Piece(byte[] Literal, TemplateVariable Variable);
}
