namespace Agent.Runtime.Graph;

/// <summary>What a node of the graph stands for.</summary>
public enum NodeKind
{
    /// <summary>A component of the build.</summary>
    Component,

    /// <summary>A block for settings of the process, such as <c>logging</c>.</summary>
    Setting,

    /// <summary><c>import.*</c>: brings the <c>declare</c> blocks of other files.</summary>
    Import,

    /// <summary>An instance of a <c>declare</c> block. Its value is what it was given; what it exports is put together from its exports.</summary>
    Custom,

    /// <summary><c>foreach</c>: an instance of its template for each item.</summary>
    Foreach,

    /// <summary><c>argument</c> of a module.</summary>
    Argument,

    /// <summary><c>export</c> of a module.</summary>
    Export,
}
