using System.Text;

namespace Agent.Syntax;

/// <summary>Prints syntax trees in the one format of <c>fmt</c>, byte for byte as Alloy does.</summary>
/// <remarks>Only trees that were parsed without errors can be printed: line breaks and comments are taken from the source.</remarks>
public static class Formatter
{
    /// <summary>The formatted file as UTF-8, with a final line break.</summary>
    public static byte[] Format(FileNode file)
    {
        var layout = new LayoutWriter(file.CommentGroups);
        new TreePrinter(layout).Print(file.Body);
        byte[] formatted = Finish(layout);
        return [.. formatted, (byte)'\n'];
    }

    public static string FormatText(FileNode file) => Encoding.UTF8.GetString(Format(file));

    /// <summary>One expression, without its comments and without a final line break.</summary>
    public static string FormatText(Expression expression)
    {
        var layout = new LayoutWriter([]);
        new TreePrinter(layout).Print(expression);
        return Encoding.UTF8.GetString(Finish(layout));
    }

    private static byte[] Finish(LayoutWriter layout) => LineTrimmer.Trim(ElasticTabs.Align(layout.Finish()));
}
