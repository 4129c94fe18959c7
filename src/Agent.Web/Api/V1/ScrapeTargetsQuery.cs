using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Agent.Web.Api.V1;

/// <summary>Which targets somebody asks for. All filters have to fit; an empty one fits everything.</summary>
internal sealed record ScrapeTargetsQuery
{
    private const int LargestPage = 500;
    private const int UsualPage = 100;

    /// <summary><c>up</c>, <c>down</c>, <c>unknown</c> or <c>dropped</c>.</summary>
    public string Health { get; init; } = "";

    public string Job { get; init; } = "";

    /// <summary>Id of the component that scrapes, or that dropped.</summary>
    public string Component { get; init; } = "";

    /// <summary>Part of the URL, of a label (<c>name=value</c>) or of the error; case does not count.</summary>
    public string Text { get; init; } = "";

    /// <summary><c>health</c>, <c>duration</c>, <c>samples</c>, <c>last</c> or <c>url</c>; with a minus before it the other way round.</summary>
    public string Sort { get; init; } = "";

    public int Page { get; init; } = 1;

    public int Size { get; init; } = UsualPage;

    /// <summary>Null where a number is none, or out of range.</summary>
    public static ScrapeTargetsQuery? Read(IQueryCollection query)
    {
        if (Number(query["page"].ToString(), 1) is not (>= 1 and <= 1_000_000) || Number(query["size"].ToString(), UsualPage) is not (>= 1 and <= LargestPage))
        {
            return null;
        }
        return new ScrapeTargetsQuery
        {
            Health = query["health"].ToString(),
            Job = query["job"].ToString(),
            Component = query["component"].ToString(),
            Text = query["q"].ToString(),
            Sort = query["sort"].ToString(),
            Page = Number(query["page"].ToString(), 1) ?? 1,
            Size = Number(query["size"].ToString(), UsualPage) ?? UsualPage,
        };
    }

    private static int? Number(string text, int fallback)
    {
        if (text.Length == 0)
        {
            return fallback;
        }
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
    }
}
