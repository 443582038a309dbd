namespace Appliance.Vrrp.Addresses;

/// <summary>One network setting of one interface, below /proc/sys/net. Start and stop only.</summary>
/// <param name="Family">ipv4 or ipv6.</param>
/// <param name="Interface">Its name.</param>
/// <param name="Name">As in the kernel's ip-sysctl documentation.</param>
internal readonly record struct KernelSetting(string Family, string Interface, string Name)
{
    private string Path => $"/proc/sys/net/{Family}/conf/{Interface}/{Name}";

    /// <summary>Null: there is none, or it cannot be read.</summary>
    public int? Read()
    {
        try
        {
            return int.TryParse(File.ReadAllText(Path), out int value) ? value : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // an interface that is gone, or a kernel without this family
        }
    }

    /// <exception cref="HaStartException">It cannot be set; names it.</exception>
    public void Write(int value)
    {
        try
        {
            File.WriteAllText(Path, $"{value}\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HaStartException(
                $"ha.vrrp.virtual_mac: net.{Family}.conf.{Interface}.{Name} cannot be set to {value}: {e.Message}", notPermitted: e is UnauthorizedAccessException, e);
        }
    }
}
