namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>What a sensor's number becomes: its family, and the way to base units (the kernel's hwmon/sysfs-interface gives its own).</summary>
/// <param name="Family">The family.</param>
/// <param name="Factor">The number is multiplied by it,</param>
/// <param name="Divisor">and divided by this one: the quotient is the exact decimal that the file means.</param>
internal sealed record HwmonReading(Family Family, double Factor = 1, double Divisor = 1)
{
    private const double Milli = 0.001;
    private const double Millionth = 1_000_000.0;

    /// <summary>1 for a number that is 1, else 0.</summary>
    public bool IsSwitch { get; private init; }

    /// <summary>The sensor is named by its label, and is not reported without one.</summary>
    public bool ByLabel { get; private init; }

    /// <param name="sensor">The sensor, with all its properties.</param>
    /// <param name="element">The property, "" for the file without one.</param>
    public static HwmonReading Of(HwmonSensor sensor, string element)
    {
        string type = sensor.Type;
        switch (type)
        {
            case "beep_enable":
                return new(Gauge("node_hwmon_beep_enabled", "Hardware beep enabled")) { IsSwitch = true };
            case "vrm":
                return new(Gauge("node_hwmon_voltage_regulator_version", "Hardware voltage regulator"));
            case "update_interval":
                return new(Gauge("node_hwmon_update_interval_seconds", "Hardware monitor update interval"), Milli);
        }
        string name = "node_hwmon_" + type;
        if (element == "input")
        {
            // The reading itself, unless there is a file without a property as well.
            name += sensor.Properties.ContainsKey("") ? "_input" : "";
        }
        else if (element.Length > 0)
        {
            name += "_" + HwmonName.Clean(element);
        }
        if (type == "freq" && element == "input")
        {
            return new(Gauge(name + "_freq_mhz", "Hardware monitor for GPU frequency in MHz"), 1, Millionth) { ByLabel = true };
        }
        if (type == "energy" && element is not ("fault" or "alarm" or "beep"))
        {
            return new(Family.Counter(name + "_joule_total", $"Hardware monitor for joules used so far ({element})", "chip", "sensor"), 1, Millionth);
        }
        (string suffix, string help, double factor, double divisor) = Describe(type, element);
        return new(Gauge(name + suffix, help), factor, divisor);
    }

    public double Value(double number) => IsSwitch ? (number == 1 ? 1 : 0) : number * Factor / Divisor;

    private static (string Suffix, string Help, double Factor, double Divisor) Describe(string type, string element) => (type, element) switch
    {
        (_, "fault" or "alarm") => ("", $"Hardware sensor {element} status ({type})", 1, 1),
        (_, "beep") => ("_enabled", "Hardware monitor sensor has beeping enabled", 1, 1),
        ("in" or "cpu", _) => ("_volts", $"Hardware monitor for voltage ({element})", Milli, 1),
        ("temp", not "type") => ("_celsius", $"Hardware monitor for temperature ({(element.Length == 0 ? "input" : element)})", Milli, 1),
        ("curr", _) => ("_amps", $"Hardware monitor for current ({element})", Milli, 1),
        ("power", "accuracy") => ("", "Hardware monitor power meter accuracy, as a ratio", 1, Millionth),
        ("power", "average_interval" or "average_interval_min" or "average_interval_max") => (
            "_seconds", $"Hardware monitor power usage update interval ({element})", Milli, 1),
        ("power", _) => ("_watt", $"Hardware monitor for power usage in watts ({element})", 1, Millionth),
        ("humidity", _) => (
            "", $"Hardware monitor for humidity, as a ratio (multiply with 100.0 to get the humidity as a percentage) ({element})", 1, Millionth),
        ("fan", "input" or "min" or "max" or "target") => ("_rpm", $"Hardware monitor for fan revolutions per minute ({element})", 1, 1),
        _ => ("", $"Hardware monitor {type} element {element}", 1, 1),
    };

    private static Family Gauge(string name, string help) => Family.Gauge(name, help, "chip", "sensor");
}
