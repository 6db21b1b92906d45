namespace EmrSim.Server.Tests.Patients;

/// <summary>A content directory in the earlier system's layout, made up for tests: folders, a compiled file, a list, both kinds of personas.</summary>
internal sealed class EarlierContent : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("emrsim-content-").FullName;

    public string Root => Path.Combine(_parent, "content");

    public static EarlierContent Write()
    {
        var content = new EarlierContent();
        content.Add("personas/base/ben.json", Persona("sp_ben_v1", "Ben Ito", "onyx"));
        content.Add("personas/realtime/many.json", $"[{Persona("ash-zoë", "Zoë Roy", "ash")},{Persona("echo-lee", "Lee Moss", "echo")}]");
        content.Add("manifest.json", "{\"anything\":true}");
        content.Add("scenarios/compiled/index.json", "{\"scenarios\":{}}");
        content.Add("banks/challenges/all.json", """[{"id":"R1","flag":"red","cue_intent":"night","reveal_triggers":["night pain"],"learning_objectives":["secret objective"],"example_phrases":["Does it wake you?"]}]""");
        content.Add("banks/special_questions/knee.json", """[{"id":"SQ1","region":"knee","student_prompt_patterns":["clicking"],"patient_cue_intent":"tell locking","instructor_imaging_note":"secret imaging note","example_phrases":["It clicks now and then."]}]""");
        content.Add("banks/modules/sport.v1.json", """{"module_id":"sport","module_version":"v1","sport":"handball","season_phase":"in"}""");
        content.Add("kits/jumper_kit/kit.json", """{"case_id":"jumper_kit","version":1,"chunks":[{"id":"overview","text":"Tendinopathy of the patellar tendon hurts with jumping.","roles":["patient"],"phases":["subjective"],"weight":0.9},{"id":"story","text":"Pain came with more training.","weight":0.8},{"id":"truth","text":"Ground truth: patellar tendinopathy.","tags":["ground_truth"],"audiences":["faculty"]}]}""");
        content.Add("../config/kit-mapping.json", """{"sc_jumper_v1":{"case_id":"jumper_kit","personas":[{"id":"echo-lee","weight":1},{"id":"ash-zoë","weight":3},"sp_ben_v1"]}}""");
        content.Add("scenarios/bundles_src/sc_jumper_v1/scenario.header.json", """
            {"schema_version":"3.1.0","scenario_id":"sc_jumper_v1","content_version":"2.1.0","version":1,"status":"draft",
             "meta":{"title":"Knee pain: Patellar Tendinopathy","region":"knee","difficulty":"moderate","setting":"outpatient_pt","tags":["jumping","patellar_tendinopathy"],"roles":[{"id":"patient","instruction":null}]},
             "linkage":{"persona_id":"sp_ben_v1","instructions_file":"./instructions.json","soap_subjective_file":"./soap.subjective.json","soap_objective_file":"./soap.objective.json","active_context_modules":[{"module_id":"sport","version":"v1"}]},
             "presenting_problem":{"primary_dx":"Patellar tendinopathy","duration_weeks":8},"icf":{"health_condition":"Tendinopathy of the knee"},"guardrails":{"min_age":15,"max_age":40,"impact_testing_unsafe":true,"strict":true},
             "screening_challenge_ids":["R1"],"special_question_ids":["SQ1","SQ_MISSING"],
             "objective_catalog":[{"test_id":"lachman","label":"Lachman","patterns":["lachman test"],"patient_output_script":{"qualitative":["No pain there.","Finding: firm."]}}],
             "subjective_catalog":[{"id":"imaging_xray","label":"Imaging","patterns":["imaging","xray"],"patient_response_script":{"qualitative":["I had a picture taken, I can show it to you."]},"notes":"show [MEDIA:knee_picture] when asked"}],
             "media_library":[{"id":"knee_picture","type":"image","url":"/media/knee.jpg","caption":"A knee","clinical_context":["imaging"],"trigger_patterns":["show me the picture"]}]}
            """);
        content.Add("scenarios/bundles_src/sc_jumper_v1/instructions.json", """{"sp_instructions":{"affect":"keen","cueing_rules":["use your own words"]},"authoring_notes":"tendinopathy case"}""");
        content.Add("scenarios/bundles_src/sc_jumper_v1/soap.subjective.json", """{"chief_complaint":"Front of the knee hurts after jumping.","pain":{"location":["below the kneecap"],"aggravators":["landing"],"nrs_activity":6},"history_present_illness":{"mechanism":"more training","red_flag_denials_affirmations":{"fever_chills":false}},"goals":["play the cup"],"systems_review":{"neuro":{"dizziness":false}}}""");
        content.Add("scenarios/bundles_src/sc_jumper_v1/soap.objective.json", """{"observation":{"effusion":"none","other_findings":["slight limp"]},"palpation":{"structures_assessed":["tendon"],"tenderness_grading":"moderate"},"rom":{"active":{"knee_flexion_deg_R":130}},"mmt_strength":{"grades":{"quad_R":"4"}},"special_tests":[{"test_template_id":"decline_squat_test","performed":true,"findings":{"qualitative":["pain_below_kneecap"],"binary_flags":{"positive":true}}},{"test_template_id":"tmpl_hop","performed":false}]}""");
        content.Add("scenarios/bundles_src/sc_jumper_v1/soap.assessment.json", """{"working_diagnoses":["patellar tendinopathy"],"differential_diagnoses_considered":["meniscal_tear"],"clinical_impression":"Tendon overload seems clear."}""");
        content.Add("scenarios/bundles_src/sc_jumper_v1/soap.plan.json", """{"goals":{}}""");
        content.Add("scenarios/bundles_src/sc_jumper_v1/persona.json", """{"persona_id":"prsn_x","name":"Unused","age":20,"sex":"male"}""");
        content.Add("scenarios/bundles_src/sc_jumper_v1/sports.module.json", """{"module_id":"sport","position_event":"goal"}""");
        content.Add("scenarios/compiled/sc_jumper_v1.json", """{"scenario_id":"sc_jumper_v1","scenario":{"scenario_id":"sc_jumper_v1","title":"Stale copy","region":"knee"}}""");
        content.Add("scenarios/compiled/sc_back_v1.json", """
            {"schema_version":"1.0.0","generator":"x","scenario_id":"sc_back_v1","content_version":"1.4.0",
             "scenario":{"scenario_id":"sc_back_v1","title":"Back pain after gardening","region":"lumbar_spine","difficulty":"easy","setting":"clinic","tags":["back"],"meta":{"roles":[]},"presenting_problem":{"primary_dx":"Lumbar facet arthropathy" },
               "subjective_catalog":[{"id":"pain_hpi","label":"Pain/HPI","patterns":["pain","history"],"patient_response_script":{"qualitative":["location: low back","NRS activity: 7","meds: "]}},{"id":"red_flags","label":"Red flags","patterns":["fever"],"patient_response_script":{"qualitative":["fever_chills: false","other: []"]} }],
               "objective_catalog":[{"test_id":"tmpl_slump","label":"Tmpl Slump","region":"lumbar_spine","patient_output_script":{"numeric":{"deg":40},"qualitative":["slight_pull"],"binary_flags":{"positive":false} } },{"test_id":"valgus_stress_test","label":"Valgus","patient_output_script":{} }],
               "soap":{"assessment":{"working_diagnoses":["facet arthropathy"] } },"linked_persona_id":"sage-ana"},
             "persona":{"id":"sage-ana","data":PERSON}}
            """.Replace("PERSON", Persona("sage-ana", "Ana Ruiz", "sage"), StringComparison.Ordinal));
        content.Add("scenarios/list.json", """[{"scenario_id":"sc_one_v1","title":"One more knee","region":"knee","presenting_problem":{"primary_dx":"Prepatellar bursitis"},"soap":{}}]""");
        return content;
    }

    public void Add(string path, string text)
    {
        var full = Path.GetFullPath(Path.Combine(Root, path));
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    public static string Persona(string id, string name, string voice, int age = 25) => $$"""
        {"patient_id":"{{id}}","display_name":"{{name}}","demographics":{"name":"{{name}}","age":{{age}},"sex":"female","occupation":"baker","education_health_literacy":"moderate","dob":"2001-02-03"},
         "dialogue_style":{"verbosity":"balanced","tone":"friendly","voice_id":"{{voice}}"},"dob_challenges":[{"style":"straightforward","example_response":"{{name}}, 2001-02-03."}],"hidden_agenda":{"concerns":["fears the bill"],"reveal_triggers":["asked about money"] } }
        """;
}
