namespace Agent.Runtime.StandardLibrary.Formatting;

/// <summary>One <c>%</c> directive: flags, width and precision.</summary>
internal struct FormatSpec
{
    public bool Sharp { get; set; }

    /// <summary><c>%#v</c>: values as Go would write them in source.</summary>
    public bool GoSyntax { get; set; }

    public bool Plus { get; set; }

    /// <summary><c>%+v</c>: records with the names of their fields.</summary>
    public bool FieldNames { get; set; }

    public bool Minus { get; set; }

    public bool Space { get; set; }

    public bool Zero { get; set; }

    public int? Width { get; set; }

    public int? Precision { get; set; }
}
