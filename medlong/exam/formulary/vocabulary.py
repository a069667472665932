"""Language-neutral keys that the facts are drawn from; each language has its own words for them."""


def _keys(text: str) -> tuple[str, ...]:
    return tuple(text.split())


INDICATIONS = _keys(
    "plaque_psoriasis restless_legs trigeminal_neuralgia ulcerative_colitis rheumatoid_arthritis raynauds_disease "
    "menieres_disease focal_epilepsy stable_angina bronchial_asthma atrial_fibrillation chronic_urticaria "
    "overactive_bladder endometriosis osteoporosis temporal_arteritis crohns_disease chronic_gout migraine_attacks "
    "interstitial_cystitis irritable_bowel cervical_dystonia atopic_eczema allergic_rhinitis"
)
CONTRAINDICATIONS = _keys(
    "myasthenia_gravis acute_porphyria closed_angle_glaucoma sick_sinus_syndrome phaeochromocytoma aortic_stenosis "
    "peptic_ulceration haemorrhagic_stroke addisons_disease wilsons_disease coeliac_disease paralytic_ileus "
    "sickle_cell_disease cardiac_tamponade acute_pancreatitis portal_hypertension"
)
MONITORING = _keys(
    "serum_potassium platelet_count liver_enzymes fasting_glucose urine_protein thyroid_function serum_creatinine "
    "serum_sodium neutrophil_count bone_density visual_acuity serum_calcium peak_expiratory_flow serum_magnesium "
    "blood_pressure"
)
ANTIDOTES = _keys(
    "calcium_gluconate sodium_bicarbonate methylthioninium glucagon naloxone atropine_sulfate flumazenil "
    "protamine_sulfate acetylcysteine hydroxocobalamin pyridoxine folinic_acid lipid_emulsion pralidoxime "
    "physostigmine dantrolene desferrioxamine neostigmine"
)
ELIMINATIONS = _keys(
    "biliary_excretion tubular_secretion glomerular_filtration hepatic_glucuronidation plasma_hydrolysis "
    "intestinal_sulfation hepatic_acetylation pulmonary_exhalation lymphatic_clearance hepatic_methylation "
    "salivary_secretion"
)
STORAGES = _keys(
    "refrigerator sealed_freezer amber_bottle flushed_vial original_blister foil_pouch steel_cabinet lined_box "
    "airtight_jar desiccant_tube insulated_case dark_cupboard"
)
EFFECTS = _keys(
    "dry_cough hair_loss skin_rash joint_pain dry_mouth weight_gain slow_pulse cold_hands back_pain sore_throat "
    "pale_stools heavy_legs stiff_neck itchy_scalp sore_gums poor_sleep low_mood weak_grip dull_taste odd_dreams "
    "thin_nails loose_stools numb_lips cold_sweats leg_cramps tired_eyes"
)
AVOIDED = _keys(
    "green_tea fish_oil oat_bran soya_milk kelp_tablets senna_tea aged_cheese garlic_capsules ginkgo_extract "
    "ginseng_root zinc_lozenges beetroot_juice nicotine_gum tomato_juice cider_vinegar iodine_drops aloe_juice "
    "ginger_syrup carrot_juice wheat_germ pickled_herring smoked_ham bitter_orange lemon_balm nettle_tea rye_bread "
    "plum_juice malt_extract hemp_oil chia_seeds rose_hips mint_tea"
)
"""Substances that a class chapter forbids; no monograph may name one."""

INTERACTIONS = _keys(
    "loop_diuretics oral_anticoagulants lithium digoxin macrolide_antibiotics oral_contraceptives statins "
    "corticosteroids theophylline methotrexate calcium_channel_blockers tricyclic_antidepressants sulfonylureas "
    "proton_pump_inhibitors opioid_analgesics"
)
"""Drugs that a monograph's interactions name; none is in `AVOIDED`."""

INTERACTION_RESULTS = ("raises_level", "lowers_level", "slows_absorption", "adds_sedation")
HEPATIC = ("halve", "no_change", "lengthen_interval", "specialist_only", "start_low")
PREGNANCY = ("avoid_first_trimester", "no_data", "benefit_over_risk", "avoid_throughout")
BREASTFEEDING = ("trace_in_milk", "stop_feeding", "watch_infant")
TIMING = ("with_food", "empty_stomach", "before_breakfast", "at_bedtime", "with_water")
FORMS = ("round_white_tablets", "oval_yellow_tablets", "hard_capsules", "oral_suspension", "film_coated_tablets")
MISSED = ("skip", "take_if_within_hours", "never_double")
DRIVING = ("do_not_drive_first_week", "no_effect", "wait_for_effect")
ACTIONS = ("blocks", "activates", "partly_activates", "stabilises", "desensitises")
SITES = _keys("brain_stem smooth_muscle mast_cells renal_tubule sensory_nerves vessel_wall gut_lining sinus_node")
CLASS_USES = ("second_line", "after_failure", "specialist_start", "short_courses", "long_term")
CLASS_CAUTIONS = ("older_adults", "dehydration", "surgery", "low_body_weight", "shift_work")
WITHDRAWAL = ("taper_weeks", "stop_at_once", "taper_by_quarter")

DOSE_MG = tuple(range(105, 960, 15))
CHILD_MG_PER_KG = tuple(range(11, 40))
RENAL_MG = tuple(range(20, 100, 5))
RENAL_INTERVAL_H = (36, 48, 72)
HALF_LIFE_H = tuple(h for h in range(11, 35) if h != 24)
"""Two digits each and no dosing interval, so that no half-life is found inside another quantity."""

PEAK_MIN = (40, 50, 75, 90, 110, 130)
BOUND_PERCENT = (35, 48, 57, 66, 74, 81, 88, 93, 97)

FAMILIES: dict[str, tuple[str, ...]] = {
    "dosing": ("dose", "titration", "child", "renal", "hepatic", "timing", "missed"),
    "safety": ("contraindication", "interaction", "effects", "absent", "monitoring", "antidote", "pregnancy"),
    "kinetics": ("mechanism", "half_life", "elimination", "peak", "bound"),
    "pharmacy": ("storage", "form", "breastfeeding", "driving"),
}
"""The sections of a monograph by family; `class` and `indication` open every monograph."""

ALWAYS = ("class", "indication", "dose", "effects", "absent")
"""Sections that every monograph has."""

ATTRIBUTES = (
    "dose",
    "half_life",
    "storage",
    "indication",
    "monitoring",
    "antidote",
    "elimination",
    "contraindication",
    "child",
    "renal",
)
"""What `lookup` asks for; each is also the section that states it."""
