namespace Agent.Syntax;

/// <summary>White space that a <see cref="LayoutWriter"/> holds back until the next text; values are the bytes written.</summary>
internal enum LayoutMark : byte
{
    /// <summary>Taken back by a comment.</summary>
    None = 0,
    Blank = (byte)' ',

    /// <summary>Ends an aligned cell that vanishes where all cells of its column are empty.</summary>
    Cell = (byte)'\v',
    LineBreak = (byte)'\n',

    /// <summary>A line break that also ends the run of lines aligned with each other.</summary>
    Section = (byte)'\f',
    Indent = (byte)'>',
    Unindent = (byte)'<',
}
