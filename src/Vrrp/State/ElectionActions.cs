namespace Appliance.Vrrp.State;

/// <summary>The outcome of a step besides the new state.</summary>
internal record struct ElectionActions
{
    public ElectionDeeds Deeds;
    public byte AdvertPriority;
    public HandoverRefusal Refusal;

    public readonly bool Has(ElectionDeeds deed) => (Deeds & deed) != 0;
}
