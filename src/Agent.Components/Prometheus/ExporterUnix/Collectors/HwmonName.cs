namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Names of hwmon: files such as temp1_crit, and parts of metric names.</summary>
internal static class HwmonName
{
    private static readonly HashSet<string> Types =
    [
        "vrm", "beep_enable", "update_interval", "in", "cpu", "fan", "pwm", "temp", "curr", "power", "energy", "humidity", "intrusion",
        "freq",
    ];

    /// <summary>Splits a file name into the sensor's type, its number (0 where there is none) and the property.</summary>
    public static bool TrySplit(string file, out string type, out string number, out string property)
    {
        int digits = 0;
        while (digits < file.Length && !char.IsAsciiDigit(file[digits]))
        {
            digits++;
        }
        int rest = digits;
        while (rest < file.Length && char.IsAsciiDigit(file[rest]))
        {
            rest++;
        }
        type = file[..digits];
        number = rest > digits ? file[digits..rest].TrimStart('0') is { Length: > 0 } trimmed ? trimmed : "0" : "0";
        property = rest < file.Length && file[rest] == '_' ? file[(rest + 1)..] : "";
        return (rest == file.Length || property.Length > 0) && Types.Contains(type);
    }

    /// <summary>Lower case; whatever a metric name cannot hold becomes an underscore.</summary>
    public static string Clean(string name) => string.Create(name.Length, name, static (space, text) =>
    {
        for (int i = 0; i < text.Length; i++)
        {
            char c = char.ToLowerInvariant(text[i]);
            space[i] = c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or ':' or '_' ? c : '_';
        }
    }).Trim('_');
}
