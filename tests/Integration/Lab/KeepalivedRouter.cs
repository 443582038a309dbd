using System.Globalization;

namespace Integration.Lab;

/// <summary>Debian's keepalived on a node of the laboratory, in the role of a foreign VRRP router.</summary>
internal sealed class KeepalivedRouter(Laboratory lab, string node, int priority, double advertSeconds = 0.1, bool ip6 = false, bool virtualMac = false)
{
    private readonly string _address = ip6 ? Laboratory.VirtualAddress6 : Laboratory.VirtualAddress;
    private readonly string _directory = Path.Combine(lab.Directory, $"keepalived-{node}");
    private LabProcess? _process;

    public string Log => _process?.Log ?? "";

    /// <summary>The virtual address is on this node; the role as keepalived shows it.</summary>
    public bool IsMaster => lab.HoldsAddress(node, _address);

    public void Start()
    {
        Directory.CreateDirectory(_directory);
        string config = Path.Combine(_directory, "keepalived.conf");
        File.WriteAllText(config, Config());
        _process = lab.Start(
            node,
            $"keepalived-{node}",
            [
                "keepalived", "--dont-fork", "--log-console", "--log-detail", "--vrrp", "--use-file", config,
                "--pid", Path.Combine(_directory, "main.pid"), "--vrrp_pid", Path.Combine(_directory, "vrrp.pid"),
            ]);
    }

    /// <summary>Ends as on `systemctl stop`: it says priority 0 and drops the address.</summary>
    public void Stop() => _process!.Terminate();

    /// <summary>Ends as in a crash; the address stays where it is, which is keepalived's way.</summary>
    public void Kill() => _process!.Kill();

    private string Config() => string.Create(CultureInfo.InvariantCulture, $$"""
        global_defs {
            vrrp_version 3
            vrrp_garp_master_delay 1
        }
        vrrp_instance pair {
            state BACKUP
            interface eth0
            virtual_router_id 51
            priority {{priority}}
            advert_int {{advertSeconds}}
            {{(virtualMac ? "use_vmac" : "")}}
            virtual_ipaddress {
                {{(ip6 ? "fe80::200:5eff:fe00:233/64" : "")}}
                {{_address}}/{{(ip6 ? 64 : 24)}}
            }
        }

        """);
}
