using System.Text;

namespace EmrSim.Server.Patients.Compiling;

/// <summary>A short name for a case that tells nothing of it: "C-" and the first five base-36 characters of the id's FNV-1a hash.</summary>
internal static class StudentCaseId
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const int Length = 5;

    public static string For(string scenarioId)
    {
        var rest = Fnv(scenarioId);
        var name = "";
        for (; rest > 0; rest /= 36) name = Digits[(int)(rest % 36)] + name;
        return $"C-{name.PadLeft(Length, '0')[..Length]}";
    }

    public static uint Fnv(string text)
    {
        var hash = 2166136261u;
        foreach (var octet in Encoding.UTF8.GetBytes(text)) hash = (hash ^ octet) * 16777619u;
        return hash;
    }
}
