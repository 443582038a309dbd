namespace Appliance.Limiter.AddressLists;

/// <summary>A line of a list.</summary>
/// <param name="Network">What it is about.</param>
/// <param name="Value">The number of its value in the <see cref="ValuePool"/>.</param>
/// <param name="Line">From 1.</param>
internal readonly record struct ListedEntry(ListedNetwork Network, int Value, int Line)
{
    /// <summary>By first address, the wider network first.</summary>
    public static int Compare(ListedEntry left, ListedEntry right)
    {
        int order = left.Network.Start.CompareTo(right.Network.Start);
        return order != 0 ? order : left.Network.PrefixLength.CompareTo(right.Network.PrefixLength);
    }
}
