namespace Agent.Components.Common.GoTemplate.Formatting;

/// <summary>What stands between the percent sign and the verb.</summary>
internal record struct FormatFlags
{
    public bool Plus { get; set; }

    public bool Minus { get; set; }

    public bool Sharp { get; set; }

    public bool Space { get; set; }

    public bool Zero { get; set; }

    /// <summary>Least width in characters; -1 where none is given.</summary>
    public int Width { get; set; }

    /// <summary>-1 where none is given.</summary>
    public int Precision { get; set; }

    public static FormatFlags None => new() { Width = -1, Precision = -1 };
}
