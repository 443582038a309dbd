namespace Integration.Faults;

/// <summary>
/// One way to make two parsers disagree. <paramref name="Status"/> is what the client is told when it is refused; 0: it is forwarded, and every
/// reading must find <paramref name="Body"/>. The request is followed by a second one, for /marker, unless <paramref name="LastRequest"/>: what
/// stands behind it belongs to nobody, so that there is an error or an end instead of a second answer.
/// </summary>
internal sealed record SmugglingCase(string Name, string Raw, int Status, string Body = "", bool LastRequest = false)
{
    public override string ToString() => Name;
}
