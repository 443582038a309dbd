namespace Appliance.Limiter.AddressLists;

/// <summary>The lines of one file while it is read, and what is wrong with them.</summary>
internal sealed class ListedLines(AddressListKind kind, string file)
{
    private readonly List<ListedEntry> _ipv4 = [];
    private readonly List<ListedEntry> _ipv6 = [];
    private readonly SortedDictionary<uint, int> _asns = [];
    private readonly ValuePool _values = new();
    private readonly List<DescriptorFileError> _errors = [];

    public IReadOnlyList<DescriptorFileError> Errors => _errors;

    /// <summary>True when nothing is gained by reading on.</summary>
    public bool IsDone { get; private set; }

    private int Count => _ipv4.Count + _ipv6.Count + _asns.Count;

    public void Error(int line, string message)
    {
        _errors.Add(new(file, line, message));
        IsDone |= _errors.Count >= AddressListReader.MaxErrors;
    }

    /// <param name="text">Not empty, without comment and surrounding blanks.</param>
    /// <param name="line">From 1.</param>
    public void Add(ReadOnlySpan<byte> text, int line)
    {
        int blank = text.IndexOfAny((byte)' ', (byte)'\t');
        ReadOnlySpan<byte> subject = blank < 0 ? text : text[..blank];
        ReadOnlySpan<byte> valueText = blank < 0 ? default : text[blank..].Trim(" \t"u8);
        Span<byte> value = stackalloc byte[AddressListValues.MaxLength];
        string? mistake = AddressListValues.Read(kind, valueText, value, out int length) ?? AddEntry(subject, value[..length], line);
        if (mistake is not null) Error(line, mistake);
        if (Count <= AddressListReader.MaxEntries) return;
        Error(line, $"more than {AddressListReader.MaxEntries} entries: join neighbouring networks of one value");
        IsDone = true;
    }

    /// <summary>Null when there is a mistake.</summary>
    public AddressList? ToList()
    {
        Sort(_ipv4);
        Sort(_ipv6);
        return _errors.Count > 0 ? null : new AddressList(_ipv4, _ipv6, _asns, _values);
    }

    private string? AddEntry(ReadOnlySpan<byte> subject, ReadOnlySpan<byte> value, int line)
    {
        if (kind == AddressListKind.Type && AddressListValues.HasAsnPrefix(subject)) return AddAsn(subject, value);
        string? mistake = ListedNetwork.Read(subject, out ListedNetwork network);
        if (mistake is null) (network.IsIPv4 ? _ipv4 : _ipv6).Add(new(network, _values.NumberOf(value), line));
        return mistake;
    }

    private string? AddAsn(ReadOnlySpan<byte> subject, ReadOnlySpan<byte> value)
    {
        if (!AddressListValues.TryAsn(AddressListValues.WithoutPrefix(subject), out uint asn)) return "an autonomous system is a number such as AS64500";
        int number = _values.NumberOf(value);
        return _asns.TryAdd(asn, number) || _asns[asn] == number ? null : $"AS{asn} has another value further up: keep one of the two lines";
    }

    /// <summary>Brings the list in order and leaves out what stands there twice; two values for one network are a mistake.</summary>
    private void Sort(List<ListedEntry> entries)
    {
        entries.Sort(ListedEntry.Compare);
        int kept = 0;
        for (int i = 0; i < entries.Count; i++)
        {
            if (kept == 0 || entries[kept - 1].Network != entries[i].Network) entries[kept++] = entries[i];
            else if (entries[kept - 1].Value != entries[i].Value && !IsDone) RefuseTwoValues(entries[kept - 1], entries[i]);
        }

        entries.RemoveRange(kept, entries.Count - kept);
    }

    private void RefuseTwoValues(ListedEntry one, ListedEntry other) => Error(
        Math.Max(one.Line, other.Line), $"{one.Network} has another value on line {Math.Min(one.Line, other.Line)}: keep one of the two lines");
}
