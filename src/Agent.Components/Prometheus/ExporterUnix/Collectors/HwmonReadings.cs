using System.Globalization;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Turns the files of one sensor into samples in base units (the kernel's hwmon/sysfs-interface gives its units).</summary>
internal static class HwmonReadings
{
    private const double Milli = 0.001;
    private const double Millionth = 1_000_000.0;

    public static void Write(HwmonSensor sensor, (string Chip, string Sensor) at, FamilyWriter output)
    {
        string main = sensor.Values.GetValueOrDefault("", "");
        switch (sensor.Type)
        {
            case "beep_enable":
                Emit("node_hwmon_beep_enabled", "Hardware beep enabled", main == "1" ? 1 : 0, at, output);
                return;
            case "vrm":
                if (TryNumber(main, out double version))
                {
                    Emit("node_hwmon_voltage_regulator_version", "Hardware voltage regulator", version, at, output);
                }
                return;
            case "update_interval":
                if (TryNumber(main, out double interval))
                {
                    Emit("node_hwmon_update_interval_seconds", "Hardware monitor update interval", interval * Milli, at, output);
                }
                return;
        }
        foreach ((string element, string text) in sensor.Values)
        {
            if (element != "label" && TryNumber(text, out double value))
            {
                Element(sensor, element, value, at, output);
            }
        }
    }

    private static void Element(HwmonSensor sensor, string element, double value, (string Chip, string Sensor) at, FamilyWriter output)
    {
        string type = sensor.Type;
        string name = "node_hwmon_" + type;
        if (element == "input")
        {
            // The reading itself, unless there is a file without a property as well.
            name += sensor.Values.ContainsKey("") ? "_input" : "";
        }
        else if (element.Length > 0)
        {
            name += "_" + HwmonName.Clean(element);
        }
        if (type == "freq" && element == "input")
        {
            if (sensor.Values.TryGetValue("label", out string? label))
            {
                Emit(name + "_freq_mhz", "Hardware monitor for GPU frequency in MHz", value / Millionth, (at.Chip, HwmonName.Clean(label)), output);
            }
            return;
        }
        if (type == "energy" && element is not ("fault" or "alarm" or "beep"))
        {
            Family joules = Family.Counter(name + "_joule_total", $"Hardware monitor for joules used so far ({element})", "chip", "sensor");
            output.Write(joules, value / Millionth, at.Chip, at.Sensor);
            return;
        }
        (string suffix, string help, double scaled) = Describe(type, element, value);
        Emit(name + suffix, help, scaled, at, output);
    }

    private static (string Suffix, string Help, double Value) Describe(string type, string element, double value) => (type, element) switch
    {
        (_, "fault" or "alarm") => ("", $"Hardware sensor {element} status ({type})", value),
        (_, "beep") => ("_enabled", "Hardware monitor sensor has beeping enabled", value),
        ("in" or "cpu", _) => ("_volts", $"Hardware monitor for voltage ({element})", value * Milli),
        ("temp", not "type") => (
            "_celsius", $"Hardware monitor for temperature ({(element.Length == 0 ? "input" : element)})", value * Milli),
        ("curr", _) => ("_amps", $"Hardware monitor for current ({element})", value * Milli),
        ("power", "accuracy") => ("", "Hardware monitor power meter accuracy, as a ratio", value / Millionth),
        ("power", "average_interval" or "average_interval_min" or "average_interval_max") => (
            "_seconds", $"Hardware monitor power usage update interval ({element})", value * Milli),
        ("power", _) => ("_watt", $"Hardware monitor for power usage in watts ({element})", value / Millionth),
        ("humidity", _) => (
            "", $"Hardware monitor for humidity, as a ratio (multiply with 100.0 to get the humidity as a percentage) ({element})",
            value / Millionth),
        ("fan", "input" or "min" or "max" or "target") => (
            "_rpm", $"Hardware monitor for fan revolutions per minute ({element})", value),
        _ => ("", $"Hardware monitor {type} element {element}", value),
    };

    private static void Emit(string name, string help, double value, (string Chip, string Sensor) at, FamilyWriter output) =>
        output.Write(Family.Gauge(name, help, "chip", "sensor"), value, at.Chip, at.Sensor);

    private static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
