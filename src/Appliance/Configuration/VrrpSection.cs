namespace Appliance.Configuration;

/// <summary>The keys of `ha.vrrp`.</summary>
internal static class VrrpSection
{
    private static readonly ValueKey<bool> Unicast = new("unicast", Kinds.Boolean, "false",
        "Adverts go to the address `peer` instead of the multicast group.");
    private static readonly ValueKey<int?> Priority = new("priority", new PriorityKind(), "auto",
        "1 to 254, or auto: 254 on the primary, 253 on the other node.");
    private static readonly ValueKey<ChecksumForm> Checksum = new("checksum",
        new ChoiceKind<ChecksumForm>([("pseudo_header", ChecksumForm.PseudoHeader), ("rfc9568", ChecksumForm.Rfc9568)]), "pseudo_header",
        "What the checksum of a sent advert covers: pseudo_header (as keepalived) or rfc9568; both are accepted.");

    private static readonly ValueKey<bool> VirtualMac = new("virtual_mac", Kinds.Boolean, "false",
        "The virtual addresses have the virtual router's own MAC address, 00:00:5e:00:01:ID (IPv6 00:00:5e:00:02:ID), on an interface of their own.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([Unicast, Priority, VirtualMac, Checksum], []);

    /// <summary>Reads the section.</summary>
    public static VrrpConfig Read(SectionReader reader) => new()
    {
        Unicast = reader.Get(Unicast),
        Priority = reader.Get(Priority),
        VirtualMac = reader.Get(VirtualMac),
        Checksum = reader.Get(Checksum),
    };
}
