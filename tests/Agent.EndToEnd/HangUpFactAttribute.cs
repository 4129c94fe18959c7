using System.Globalization;

namespace Agent.EndToEnd;

/// <summary>A test that sends SIGHUP: skips, and says so, where it is ignored (<c>nohup</c>), which every process below inherits.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class HangUpFactAttribute : FactAttribute
{
    public HangUpFactAttribute()
    {
        if (NativeBinary.Location is null)
        {
            Skip = NativeBinary.Missing;
        }
        else if (IsIgnored())
        {
            Skip = "SIGHUP is ignored here, as under nohup";
        }
    }

    private static bool IsIgnored()
    {
        string mask = File.ReadLines("/proc/self/status").First(static line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..].Trim();
        return (ulong.Parse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 1) != 0;
    }
}
