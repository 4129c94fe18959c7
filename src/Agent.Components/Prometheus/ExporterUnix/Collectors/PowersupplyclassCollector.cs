namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Batteries and mains, from /sys/class/power_supply.</summary>
internal sealed class PowersupplyclassCollector(PowersupplyOptions options) : IUnixCollector
{
    private const double Micro = 1e6;
    private const double Tenths = 10.0;

    // Divided, not multiplied: the quotient is the exact decimal that the file means.
    private static readonly (string File, Family Family, double Divisor)[] Values =
    [
        .. Of(1, "authentic", "calibrate", "capacity", "capacity_alert_max", "capacity_alert_min", "cycle_count=cyclecount", "online",
            "present", "time_to_empty_now=time_to_empty_seconds", "time_to_full_now=time_to_full_seconds"),
        .. Of(Micro, "current_boot", "current_max", "current_now=current_ampere", "energy_empty", "energy_empty_design", "energy_full",
            "energy_full_design", "energy_now=energy_watthour", "voltage_boot", "voltage_max", "voltage_max_design", "voltage_min",
            "voltage_min_design", "voltage_now=voltage_volt", "voltage_ocv", "charge_control_limit", "charge_control_limit_max",
            "charge_counter", "charge_empty", "charge_empty_design", "charge_full", "charge_full_design", "charge_now=charge_ampere",
            "charge_term_current", "constant_charge_current", "constant_charge_current_max", "constant_charge_voltage",
            "constant_charge_voltage_max", "precharge_current", "input_current_limit", "power_now=power_watt"),
        .. Of(Tenths, "temp=temp_celsius", "temp_alert_max=temp_alert_max_celsius", "temp_alert_min=temp_alert_min_celsius",
            "temp_ambient=temp_ambient_celsius", "temp_ambient_alert_max=temp_ambient_max_celsius",
            "temp_ambient_alert_min=temp_ambient_min_celsius", "temp_max=temp_max_celsius", "temp_min=temp_min_celsius"),
    ];

    private static readonly string[] Texts =
    [
        "capacity_level", "charge_type", "health", "manufacturer", "model_name", "serial_number", "status", "technology", "type",
        "usb_type", "scope",
    ];

    private readonly DeviceFilter _filter = new(options.IgnoredSupplies, null);

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Sys("class/power_supply");
        if (!Directory.Exists(root))
        {
            scrape.NoData("there is no /sys/class/power_supply");
            return;
        }
        foreach (string supply in scrape.Files.Names(root))
        {
            if (_filter.Ignores(supply))
            {
                continue;
            }
            string folder = Path.Join(root, supply);
            foreach ((string file, Family family, double divisor) in Values)
            {
                if (HostFiles.Number(folder, file) is { } value)
                {
                    scrape.Output.Write(family, value / divisor, supply);
                }
            }
            Info(folder, supply, scrape.Output);
        }
    }

    /// <summary>Only texts that are there become labels, so each supply may have other ones.</summary>
    private static void Info(string folder, string supply, FamilyWriter output)
    {
        var labels = new List<string> { "power_supply" };
        var values = new List<string> { supply };
        foreach (string file in Texts)
        {
            if (HostFiles.Text(folder, file) is { Length: > 0 } text)
            {
                labels.Add(file);
                values.Add(text);
            }
        }
        Family info = Family.Gauge("node_power_supply_info", "info of /sys/class/power_supply/<power_supply>.", [.. labels]);
        output.Write(info, 1, [.. values]);
    }

    private static IEnumerable<(string, Family, double)> Of(double divisor, params string[] names) => names.Select(name =>
    {
        int equals = name.IndexOf('=', StringComparison.Ordinal);
        string metric = name[(equals + 1)..];
        Family family = Family.Gauge(
            "node_power_supply_" + metric, $"{metric} value of /sys/class/power_supply/<power_supply>.", "power_supply");
        return (equals < 0 ? name : name[..equals], family, divisor);
    });
}
