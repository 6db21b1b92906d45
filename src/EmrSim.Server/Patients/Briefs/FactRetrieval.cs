using EmrSim.Server.Patients.Content;
using EmrSim.Server.Patients.Scripted;

namespace EmrSim.Server.Patients.Briefs;

/// <summary>
/// Picks the few facts of the case's kit that matter now. For a student's patient never one that is meant for teachers,
/// names the diagnosis or belongs to a later phase.
/// </summary>
internal static class FactRetrieval
{
    private const int Most = 3;
    private const int Room = 600;
    private const int TooLittleRoom = 50;
    private const double Overhang = 1.25;
    private static readonly string[] s_phases = ["subjective", "objective", "treatment_plan"];

    public static IReadOnlyList<KitChunk> Retrieve(CaseFile file, BriefRequest request)
    {
        var query = request.Query is null ? [] : Words.Ideas(Words.Normalise(request.Query));
        var role = request.RoleId ?? "patient";
        var ranked = (file.Kit?.Chunks ?? [])
            .Where(chunk => request.ForFaculty ? chunk.Audiences.Count == 0 || chunk.Audiences.Contains("faculty", StringComparer.Ordinal) : MayPatientKnow(chunk, file, request.Phase))
            .Select((chunk, place) => (Chunk: chunk, Score: Score(chunk, role, request.Phase, query), Place: place))
            .OrderByDescending(static one => one.Score).ThenBy(static one => one.Place)
            .Take(Most);
        var picked = new List<KitChunk>();
        var rest = Room;
        foreach (var (chunk, _, _) in ranked)
        {
            if (rest <= TooLittleRoom) break;
            if (chunk.Text.Length > rest * Overhang) continue;
            picked.Add(chunk);
            rest -= chunk.Text.Length;
        }

        return picked;
    }

    private static bool MayPatientKnow(KitChunk chunk, CaseFile file, string phase)
    {
        if (!chunk.IsForStudents || file.Diagnosis.AreIn(chunk.Text)) return false;
        var now = Array.IndexOf(s_phases, phase);
        var isFinding = chunk.Type is "exam" or "imaging" || chunk.Tags.Contains("objective", StringComparer.OrdinalIgnoreCase);
        if (isFinding && phase != "objective") return false;
        var from = chunk.Phases.Select(static one => Array.IndexOf(s_phases, one)).Where(static place => place >= 0).DefaultIfEmpty(0).Min();
        return now < 0 || from <= now;
    }

    private static double Score(KitChunk chunk, string role, string phase, List<string> query)
    {
        var score = chunk.Weight * 10;
        if (chunk.Roles.Contains(role, StringComparer.Ordinal)) score += 3;
        if (chunk.Phases.Contains(phase, StringComparer.Ordinal)) score += 3;
        if (query.Count == 0) return score;
        var words = Words.Ideas(Words.Normalise($"{chunk.Title} {chunk.Text} {string.Join(' ', chunk.Tags)}"));
        return score + query.Count(words.Contains);
    }
}
