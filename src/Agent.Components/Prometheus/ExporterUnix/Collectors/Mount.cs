using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>A mounted file system, as a line of /proc/PID/mountinfo describes it (proc(5)).</summary>
internal readonly record struct Mount(string Device, string MountPoint, string Type, string Major, string Minor, bool IsReadOnly)
{
    private const int FieldsBeforeOptional = 6;

    /// <summary>Reads mountinfo. Mount points are given as the host sees them: without the prefix <paramref name="root"/>.</summary>
    public static List<Mount> Parse(ReadOnlySpan<byte> text, string root)
    {
        var mounts = new List<Mount>();
        foreach (string line in Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split(' ');
            int dash = Array.IndexOf(fields, "-", Math.Min(FieldsBeforeOptional, fields.Length));
            string[] number = fields.Length > 2 ? fields[2].Split(':') : [];
            if (dash < 0 || fields.Length < dash + 4 || number.Length != 2)
            {
                throw new CollectorException($"cannot read mountinfo: \"{line}\" is no mount");
            }
            string point = Strip(Unescape(fields[4]), root);
            bool isReadOnly = Has(fields[5], "ro") || Has(fields[dash + 3], "ro") || Has(fields[dash + 3], "emergency_ro");
            mounts.Add(new Mount(fields[dash + 2], point, fields[dash + 1], number[0], number[1], isReadOnly));
        }
        return mounts;
    }

    /// <summary>Space and tab are the escapes of fstab(5) that occur in practice.</summary>
    private static string Unescape(string point) =>
        point.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal);

    private static string Strip(string point, string root)
    {
        if (root == "/" || !point.StartsWith(root, StringComparison.Ordinal))
        {
            return point;
        }
        string stripped = point[root.Length..];
        return stripped.Length == 0 ? "/" : stripped;
    }

    private static bool Has(string options, string option) => Array.IndexOf(options.Split(','), option) >= 0;
}
