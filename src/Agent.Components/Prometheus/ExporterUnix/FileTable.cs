namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>Files that hold one number each, and the family that each becomes. A file that is missing or holds no number is left out.</summary>
internal sealed class FileTable(params FileTable.Row[] rows)
{
    /// <param name="File">Path below the folder that is read.</param>
    /// <param name="Family">What the number becomes.</param>
    /// <param name="Factor">Brings the number into base units.</param>
    public readonly record struct Row(string File, Family Family, double Factor = 1);

    public void Write(string folder, FamilyWriter output, params ReadOnlySpan<string> labels)
    {
        foreach (Row row in rows)
        {
            if (HostFiles.Number(folder, row.File) is { } value)
            {
                output.Write(row.Family, row.Factor == 1 ? value : value * row.Factor, labels);
            }
        }
    }
}
